import { inTransaction, sql } from '@guichet/database'
import { type App, assertIfMatch, authorize, etag, toUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { checkTemplate } from '../templates/check-template.ts'
import { findTemplate, presentTemplate } from '../templates/stored-template.ts'
import {
  editableKind,
  refuseFaults,
  TemplateAnswer,
  TemplateBody,
  TemplateParams,
} from '../templates/template-schema.ts'

/** PUT /v1/organizers/{organizerId}/templates/{kind}/{language}. Needs If-Match; `"0"` while there are no own words. */
export function saveTemplate(app: App, ctx: Context): void {
  app.put(
    '/v1/organizers/:organizerId/templates/:kind/:language',
    {
      schema: {
        operationId: 'saveTemplate',
        summary: 'Change the words of a mail',
        params: TemplateParams,
        body: TemplateBody,
        response: { 200: TemplateAnswer },
      },
    },
    async (request, reply) => {
      const { organizerId, kind, language } = request.params
      const key = { organizer_id: toUuid('org', organizerId), kind, language }
      const { userId } = authorize(request, 'template.write', organizerId)
      editableKind(kind)
      const findings = await checkTemplate(kind, language, request.body, ctx.now())
      refuseFaults(findings)
      const row = await inTransaction(ctx.db, async (tx) => {
        // Two who save at once: the second sees the first, also where there was no row to lock.
        await sql`select pg_advisory_xact_lock(hashtextextended(${`${organizerId} ${kind} ${language}`}, 0))`.execute(
          tx,
        )
        const current = await findTemplate(tx, key)
        assertIfMatch(request, current?.version ?? 0)
        const words = {
          ...request.body,
          version: (current?.version ?? 0) + 1,
          updated_by: toUuid('usr', userId),
          updated_at: ctx.now(),
        }
        await tx
          .insertInto('template')
          .values({ ...key, ...words })
          .onConflict((conflict) => conflict.columns(['organizer_id', 'kind', 'language']).doUpdateSet(words))
          .execute()
        return findTemplate(tx, key)
      })
      const answer = presentTemplate(key, row, findings.warnings)
      return reply.header('etag', etag(answer.version)).send(answer)
    },
  )
}
