import { DomainError } from '@guichet/problem'
import { type App, authorize, etag, toUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { presentSeller, SellerAnswer } from '../invoices/seller.ts'
import { OrganizerParams } from '../prices/vat-rate.ts'

/** GET /v1/organizers/:organizerId/seller — who sells, as invoices name it; 404 until it is said. */
export function getSeller(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers/:organizerId/seller',
    { schema: { operationId: 'getSeller', params: OrganizerParams, response: { 200: SellerAnswer } } },
    async (request, reply) => {
      const organizerUuid = toUuid('org', request.params.organizerId)
      authorize(request, 'selling-terms.write', request.params.organizerId)
      const row = await ctx.db
        .selectFrom('seller')
        .select(COLUMNS.seller)
        .where('organizer_id', '=', organizerUuid)
        .executeTakeFirst()
      if (!row) throw new DomainError('not-found')
      return reply.header('etag', etag(row.version)).send(presentSeller(row))
    },
  )
}
