import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, authorize, newUuid, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import { settleEntries } from '../bank-statements/record-entries.ts'
import type { Context } from '../context.ts'
import { findOrder } from '../orders/find-order.ts'
import { OrderAnswer } from '../orders/order-schema.ts'
import { presentOrder } from '../orders/present-order.ts'
import { lockAccount } from '../payment-accounts/find-account.ts'

const Params = Type.Object({ paymentId: Type.String() })
const Body = Type.Object({
  amountMinor: Type.Integer({ minimum: 1, description: 'What has arrived: refused when it is not what is owed.' }),
  receivedOn: Type.String({ format: 'date' }),
  note: Type.Optional(Type.String({ maxLength: 300 })),
})

/**
 * POST /v1/payments/:paymentId/receipt — a member has seen the money at the bank: the payment is paid. Repeating it changes
 * nothing; what came too late for its places is refunded, as with any provider.
 */
export function recordPayment(app: App, ctx: Context): void {
  app.post(
    '/v1/payments/:paymentId/receipt',
    { schema: { operationId: 'recordPayment', params: Params, body: Body, response: { 200: OrderAnswer } } },
    async (request) => {
      const paymentUuid = toUuid('pay', request.params.paymentId)
      const transfer = await ctx.db
        .selectFrom('bank_transfer')
        .innerJoin('payment_account', 'payment_account.id', 'bank_transfer.account_id')
        .innerJoin('payment', 'payment.id', 'bank_transfer.payment_id')
        .select([
          'bank_transfer.account_id',
          'bank_transfer.amount_minor',
          'bank_transfer.currency',
          'bank_transfer.reference',
          'payment_account.organizer_id',
          'payment.order_id',
        ])
        .where('bank_transfer.payment_id', '=', paymentUuid)
        .executeTakeFirst()
      if (!transfer) throw new DomainError('not-found')
      const { userId } = authorize(request, 'payment.record', toId('org', transfer.organizer_id))
      const { amountMinor, receivedOn, note = '' } = request.body
      if (amountMinor !== transfer.amount_minor) {
        const { amount_minor: expectedMinor, currency } = transfer
        throw new DomainError('amount-differs', { expectedMinor, amountMinor, currency })
      }
      await inTransaction(ctx.db, async (tx) => {
        // Not while a statement is imported that may name it too.
        await lockAccount(tx, transfer.account_id)
        await tx
          .insertInto('bank_entry')
          .values({
            id: newUuid(),
            account_id: transfer.account_id,
            source: 'hand',
            row_digest: Buffer.from(paymentUuid),
            booked_on: receivedOn,
            amount_minor: amountMinor,
            currency: transfer.currency,
            text: note,
            outcome: 'paid',
            payment_id: paymentUuid,
            recorded_by: toUuid('usr', userId),
            created_at: await ctx.time(tx),
          })
          .onConflict((conflict) => conflict.doNothing())
          .execute()
      })
      await settleEntries(ctx, { paymentUuid })
      const order = await findOrder(ctx.db, transfer.order_id)
      if (!order) throw new DomainError('not-found')
      return presentOrder(ctx, ctx.db, order, { secret: false, codes: false })
    },
  )
}
