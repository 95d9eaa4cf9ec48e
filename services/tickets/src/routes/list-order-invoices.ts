import { sql } from '@guichet/database'
import type { App } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { completePapers } from '../invoices/complete-papers.ts'
import { InvoiceList, presentInvoice } from '../invoices/present-invoice.ts'
import { allowedOrder } from '../orders/order-access.ts'
import { OrderHeaders, OrderParams } from '../orders/order-schema.ts'

/** GET /v1/orders/:orderId/invoices — its invoice and credit notes, for the buyer and for members with invoice.read. */
export function listOrderInvoices(app: App, ctx: Context): void {
  app.get(
    '/v1/orders/:orderId/invoices',
    {
      schema: {
        operationId: 'listOrderInvoices',
        params: OrderParams,
        headers: OrderHeaders,
        response: { 200: InvoiceList },
      },
    },
    async (request) => {
      const { order } = await allowedOrder(ctx, request, { permission: 'invoice.read' })
      const papers = await ctx.db
        .selectFrom('invoice')
        .select(COLUMNS.invoice)
        .where('event_id', '=', order.event_id)
        .where('order_id', '=', order.id)
        // Each kind by the index that it has: an event may have a hundred thousand papers.
        .where(({ or, eb }) => or([eb('kind', '=', sql.lit('invoice')), eb('kind', '=', sql.lit('credit-note'))]))
        .orderBy('id')
        .execute()
      return { items: (await completePapers(ctx.db, papers)).map(presentInvoice) }
    },
  )
}
