import { inTransaction } from '@guichet/database'
import { type App, assertIfMatch, authorize, etag, toUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { presentSeller, SellerAnswer, SellerBody } from '../invoices/seller.ts'
import { lockSellingTerms } from '../prices/lock-selling-terms.ts'
import { OrganizerParams } from '../prices/vat-rate.ts'

/** PUT /v1/organizers/:organizerId/seller — for invoices to come, and those issued before anybody knew who sells. */
export function saveSeller(app: App, ctx: Context): void {
  app.put(
    '/v1/organizers/:organizerId/seller',
    {
      schema: { operationId: 'saveSeller', params: OrganizerParams, body: SellerBody, response: { 200: SellerAnswer } },
    },
    async (request, reply) => {
      const organizer_id = toUuid('org', request.params.organizerId)
      authorize(request, 'selling-terms.write', request.params.organizerId)
      const { vatNumber, invoicePrefix, creditNotePrefix, ...rest } = request.body
      const saved = await inTransaction(ctx.db, async (tx) => {
        await lockSellingTerms(tx, organizer_id)
        const current = await tx
          .selectFrom('seller')
          .select('version')
          .where('organizer_id', '=', organizer_id)
          .executeTakeFirst()
        assertIfMatch(request, current?.version ?? 0)
        const facts = {
          ...rest,
          vat_number: vatNumber,
          invoice_prefix: invoicePrefix,
          credit_note_prefix: creditNotePrefix,
          version: (current?.version ?? 0) + 1,
        }
        const row = await tx
          .insertInto('seller')
          .values({ organizer_id, ...facts })
          .onConflict((conflict) => conflict.column('organizer_id').doUpdateSet(facts))
          .returning(COLUMNS.seller)
          .executeTakeFirstOrThrow()
        return presentSeller(row)
      })
      return reply.header('etag', etag(saved.version)).send(saved)
    },
  )
}
