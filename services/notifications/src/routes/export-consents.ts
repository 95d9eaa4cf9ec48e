import { Readable } from 'node:stream'
import { type App, csvLine } from '@guichet/server'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { ConsentFilter, type ConsentQuery, consentAnswer, findConsents } from '../consent/find-consents.ts'
import type { Context } from '../context.ts'

const PAGE = 1_000
const HEADER = [
  'given_at',
  'recipient',
  'channel',
  'purpose',
  'granted',
  'source',
  'wording',
  'wording_version',
  'language',
  'order',
]

/** GET /v1/consents.csv: the proof of every consent and refusal, the newest first; as long as it is. */
export function exportConsents(app: App, ctx: Context): void {
  app.get(
    '/v1/consents.csv',
    {
      schema: {
        operationId: 'exportConsents',
        summary: 'Export consents and refusals as proof',
        querystring: Type.Object(ConsentFilter),
        response: { 200: { content: { 'text/csv': { schema: Type.String() } } } },
      },
    },
    async (request, reply) => {
      const first = await findConsents(ctx, request, request.query, { limit: PAGE })
      reply.header('content-disposition', 'attachment; filename="consents.csv"')
      reply.type('text/csv; charset=utf-8')
      return reply.send(Readable.from(lines(ctx, request, request.query, first)) as never)
    },
  )
}

async function* lines(
  ctx: Context,
  request: FastifyRequest,
  filter: ConsentQuery,
  first: Awaited<ReturnType<typeof findConsents>>,
): AsyncGenerator<string> {
  yield csvLine(HEADER)
  for (let rows = first; rows.length > 0; ) {
    yield rows
      .map((row) => {
        const one = consentAnswer(row, request)
        const { givenAt, recipient, channel, purpose, source, wording, wordingVersion, language, orderId } = one
        const granted = one.granted ? 'yes' : 'no'
        return csvLine([
          givenAt,
          recipient,
          channel,
          purpose,
          granted,
          source,
          wording,
          wordingVersion,
          language,
          orderId,
        ])
      })
      .join('')
    const before = rows.at(-1)?.id
    rows = rows.length === PAGE ? await findConsents(ctx, request, filter, { before, limit: PAGE }) : []
  }
}
