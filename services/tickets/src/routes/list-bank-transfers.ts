import { type App, decodeCursor, encodeCursor, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import { assertBankTransfer } from '../bank-statements/match-rows.ts'
import type { Context } from '../context.ts'
import { PageQuery } from '../orders/order-schema.ts'
import { PaymentAccountParams } from '../payment-accounts/account-schema.ts'
import { allowedAccount } from '../payment-accounts/find-account.ts'
import { inGroups } from '../payments/creditor-reference.ts'

const Answer = Type.Object({
  items: Type.Array(
    Type.Object({
      paymentId: Type.String(),
      orderId: Type.String(),
      eventId: Type.String(),
      reference: Type.String(),
      amountMinor: Type.Integer(),
      currency: Type.String(),
      buyerName: Type.Union([Type.String(), Type.Null()]),
      dueAt: Type.String({ format: 'date-time' }),
    }),
  ),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
})

/** GET /v1/payment-accounts/:accountId/transfers — money that is expected at the bank, the oldest first. */
export function listBankTransfers(app: App, ctx: Context): void {
  app.get(
    '/v1/payment-accounts/:accountId/transfers',
    {
      schema: {
        operationId: 'listBankTransfers',
        params: PaymentAccountParams,
        querystring: Type.Object(PageQuery),
        response: { 200: Answer },
      },
    },
    async (request) => {
      const account = await allowedAccount(ctx, request, 'payment.record')
      assertBankTransfer(account)
      const { cursor, limit = 50 } = request.query
      let query = ctx.db
        .selectFrom('bank_transfer')
        .innerJoin('payment', 'payment.id', 'bank_transfer.payment_id')
        .innerJoin('orders', (join) =>
          join.onRef('orders.event_id', '=', 'payment.event_id').onRef('orders.id', '=', 'payment.order_id'),
        )
        .select([
          'bank_transfer.payment_id',
          'bank_transfer.reference',
          'bank_transfer.amount_minor',
          'bank_transfer.currency',
          'payment.order_id',
          'payment.event_id',
          'orders.buyer_name',
          'orders.expires_at',
        ])
        .where('bank_transfer.account_id', '=', account.id)
        .where('payment.state', '=', 'pending')
      if (cursor)
        query = query.where('bank_transfer.payment_id', '>', toUuid('pay', String(decodeCursor(cursor, 1)[0])))
      const rows = await query
        .orderBy('bank_transfer.payment_id')
        .limit(limit + 1)
        .execute()
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      return {
        items: page.map((row) => ({
          paymentId: toId('pay', row.payment_id),
          orderId: toId('ord', row.order_id),
          eventId: toId('evt', row.event_id),
          reference: inGroups(row.reference),
          amountMinor: row.amount_minor,
          currency: row.currency,
          buyerName: row.buyer_name,
          dueAt: row.expires_at.toISOString(),
        })),
        nextCursor: rows.length > limit && last ? encodeCursor([toId('pay', last.payment_id)]) : null,
      }
    },
  )
}
