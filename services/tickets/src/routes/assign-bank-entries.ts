import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import { assignEntries } from '../bank-statements/assign-entries.ts'
import { assertBankTransfer } from '../bank-statements/match-rows.ts'
import { settleEntries } from '../bank-statements/record-entries.ts'
import type { Context } from '../context.ts'
import { findOrder } from '../orders/find-order.ts'
import { OrderAnswer } from '../orders/order-schema.ts'
import { presentOrder } from '../orders/present-order.ts'
import { PaymentAccountParams } from '../payment-accounts/account-schema.ts'
import { allowedAccount, lockAccount } from '../payment-accounts/find-account.ts'

const Body = Type.Object({
  entryIds: Type.Array(Type.String(), {
    minItems: 1,
    maxItems: 20,
    uniqueItems: true,
    description: 'Money that waits for a person; together exactly what is owed.',
  }),
  orderId: Type.String(),
})

/**
 * POST /v1/payment-accounts/:accountId/assignments — a member knows which order the money is for: it pays its transfer. Repeating
 * it changes nothing.
 */
export function assignBankEntries(app: App, ctx: Context): void {
  app.post(
    '/v1/payment-accounts/:accountId/assignments',
    {
      schema: {
        operationId: 'assignBankEntries',
        params: PaymentAccountParams,
        body: Body,
        response: { 200: OrderAnswer },
      },
    },
    async (request) => {
      const account = await allowedAccount(ctx, request, 'payment.record')
      assertBankTransfer(account)
      const entryIds = request.body.entryIds.map((id) => toUuid('bke', id))
      const orderUuid = toUuid('ord', request.body.orderId)
      const paymentUuid = await inTransaction(ctx.db, async (tx) => {
        // Not while a statement is imported, or somebody assigns the same.
        const locked = await lockAccount(tx, account.id)
        return assignEntries(tx, locked, { entryIds, orderUuid }, await ctx.time(tx))
      })
      await settleEntries(ctx, { paymentUuid })
      const order = await findOrder(ctx.db, orderUuid)
      if (!order) throw new DomainError('not-found')
      return presentOrder(ctx, ctx.db, order, { secret: false, codes: false })
    },
  )
}
