import { type App, authorize, decodeCursor, encodeCursor, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { completePapers } from '../invoices/complete-papers.ts'
import { InvoicePage, presentInvoice } from '../invoices/present-invoice.ts'
import { PageQuery } from '../orders/order-schema.ts'
import { OrganizerParams } from '../prices/vat-rate.ts'

const Query = Type.Object({
  ...PageQuery,
  kind: Type.Optional(Type.Union([Type.Literal('invoice'), Type.Literal('credit-note')])),
})

/** GET /v1/organizers/:organizerId/invoices — invoices and credit notes of all its events, latest first. */
export function listInvoices(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers/:organizerId/invoices',
    {
      schema: {
        operationId: 'listInvoices',
        params: OrganizerParams,
        querystring: Query,
        response: { 200: InvoicePage },
      },
    },
    async (request) => {
      const organizerUuid = toUuid('org', request.params.organizerId)
      authorize(request, 'invoice.read', request.params.organizerId)
      const { cursor, limit = 50, kind } = request.query
      let query = ctx.db.selectFrom('invoice').select(COLUMNS.invoice).where('organizer_id', '=', organizerUuid)
      if (kind) query = query.where('kind', '=', kind)
      if (cursor) query = query.where('id', '<', toUuid('inv', String(decodeCursor(cursor, 1)[0])))
      const rows = await query
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute()
      const page = await completePapers(ctx.db, rows.slice(0, limit))
      const last = page.at(-1)
      return {
        items: page.map(presentInvoice),
        nextCursor: rows.length > limit && last ? encodeCursor([toId('inv', last.id)]) : null,
      }
    },
  )
}
