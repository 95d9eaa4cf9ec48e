import { DomainError } from '@guichet/problem'
import { type App, parseId, toId } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { completePapers } from '../invoices/complete-papers.ts'
import { numberOf } from '../invoices/present-invoice.ts'
import { renderInvoice } from '../invoices/render-invoice.ts'
import { allowedOrder } from '../orders/order-access.ts'
import { LocaleBody, OrderHeaders } from '../orders/order-schema.ts'

const Params = Type.Object({ invoiceId: Type.String() })
const Query = Type.Object({ locale: Type.Optional(LocaleBody) })

/** GET /v1/invoices/:invoiceId/pdf — for whom the order is open, and members with invoice.read; in the order's language. */
export function getInvoicePdf(app: App, ctx: Context): void {
  app.get(
    '/v1/invoices/:invoiceId/pdf',
    {
      schema: {
        operationId: 'getInvoicePdf',
        params: Params,
        querystring: Query,
        headers: OrderHeaders,
        produces: ['application/pdf'],
        response: { 200: Type.String({ format: 'binary' }) },
      },
    },
    async (request, reply) => {
      const id = parseId('inv', request.params.invoiceId)
      const found =
        id && (await ctx.db.selectFrom('invoice').select(COLUMNS.invoice).where('id', '=', id).executeTakeFirst())
      if (!found) throw new DomainError('not-found')
      await allowedOrder(ctx, request, { permission: 'invoice.read', orderId: toId('ord', found.order_id) })
      const [paper = found] = await completePapers(ctx.db, [found])
      const { seller } = paper.content
      if (!seller) throw new DomainError('seller-missing')
      const pdf = await renderInvoice(paper, request.query.locale ?? paper.content.locale)
      return reply
        .type('application/pdf')
        .header('content-disposition', `attachment; filename="${numberOf(paper, seller).replace(/\//g, '-')}.pdf"`)
        .header('cache-control', 'private, no-store')
        .send(pdf as never)
    },
  )
}
