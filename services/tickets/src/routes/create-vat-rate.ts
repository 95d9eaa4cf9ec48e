import { type App, authorize, etag, idempotently, newUuid, toUuid } from '@guichet/server'
import type { Static } from 'typebox'
import type { Context } from '../context.ts'
import type { TicketsTx } from '../db.ts'
import { changeSellingTermsIn } from '../prices/change-selling-terms.ts'
import { CreateVatRateBody, OrganizerParams, presentVatRates, savePeriods, VatRateAnswer } from '../prices/vat-rate.ts'

/** POST /v1/organizers/:organizerId/vat-rates — a rate, and how high it is from when on. */
export function createVatRate(app: App, ctx: Context): void {
  app.post(
    '/v1/organizers/:organizerId/vat-rates',
    {
      schema: {
        operationId: 'createVatRate',
        params: OrganizerParams,
        body: CreateVatRateBody,
        response: { 201: VatRateAnswer },
      },
    },
    async (request, reply) => {
      const organizer_id = toUuid('org', request.params.organizerId)
      const { userId } = authorize(request, 'selling-terms.write', request.params.organizerId)
      const { body } = await changeSellingTermsIn(
        ctx,
        organizer_id,
        async (tx, now) => ({ status: 201, body: await insertRate(tx, organizer_id, request.body, now) }),
        // One that is made twice by a repetition could not be removed any more.
        (work) => idempotently(ctx.db, request, reply, `${userId} ${organizer_id}:createVatRate`, work),
      )
      return reply.code(201).header('etag', etag(body.version)).send(body)
    },
  )
}

async function insertRate(
  tx: TicketsTx,
  organizer_id: string,
  { name, periods }: Static<typeof CreateVatRateBody>,
  created_at: Date,
): Promise<Static<typeof VatRateAnswer>> {
  const id = newUuid()
  await tx.insertInto('vat_rate').values({ organizer_id, id, name: name.trim(), created_at }).execute()
  await savePeriods(tx, { organizer_id, id }, periods)
  const [rate] = await presentVatRates(tx, organizer_id, id)
  if (!rate) throw new Error('A rate just made is there')
  return rate
}
