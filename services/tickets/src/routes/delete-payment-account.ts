import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { PaymentAccountParams } from '../payment-accounts/account-schema.ts'
import { allowedAccount, lockAccount } from '../payment-accounts/find-account.ts'

/** DELETE /v1/payment-accounts/:accountId — only one with which nobody ever paid: the others are needed to refund. */
export function deletePaymentAccount(app: App, ctx: Context): void {
  app.delete(
    '/v1/payment-accounts/:accountId',
    { schema: { operationId: 'deletePaymentAccount', params: PaymentAccountParams, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const { id, organizer_id } = await allowedAccount(ctx, request)
      await inTransaction(ctx.db, async (tx) => {
        await lockAccount(tx, id)
        const payment = await tx
          .selectFrom('payment')
          .select('id')
          .where('account_id', '=', id)
          .limit(1)
          .executeTakeFirst()
        if (payment) throw new DomainError('payment-account-has-payments')
        await tx.deleteFrom('payment_account').where('id', '=', id).execute()
      })
      ctx.sellingAccounts.forget(organizer_id)
      return reply.code(204).send(null)
    },
  )
}
