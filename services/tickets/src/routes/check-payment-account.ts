import type { App } from '@guichet/server'
import type { Context } from '../context.ts'
import { EmptyBody } from '../orders/order-schema.ts'
import { CheckAnswer, PaymentAccountParams } from '../payment-accounts/account-schema.ts'
import { allowedAccount } from '../payment-accounts/find-account.ts'
import { ProviderError } from '../payments/provider.ts'

/** POST /v1/payment-accounts/:accountId/check — the test button: asks the provider, and answers in its own words. Moves no money. */
export function checkPaymentAccount(app: App, ctx: Context): void {
  app.post(
    '/v1/payment-accounts/:accountId/check',
    {
      schema: {
        operationId: 'checkPaymentAccount',
        params: PaymentAccountParams,
        body: EmptyBody,
        response: { 200: CheckAnswer },
      },
    },
    async (request, reply) => {
      const account = await allowedAccount(ctx, request)
      await ctx.limits.take(reply, 'payment-account-check', account.id)
      const problem = await ctx.providers
        .of(account)
        .check()
        .then(
          () => null,
          (error: unknown) => {
            if (error instanceof ProviderError) return { kind: error.kind, words: error.words }
            throw error
          },
        )
      const checkedAt = await ctx.time(ctx.db)
      // Without a new version: the terms are the same, and nobody's change should be refused for it.
      await ctx.db
        .updateTable('payment_account')
        .set({ last_checked_at: checkedAt, last_problem: problem && JSON.stringify(problem) })
        .where('id', '=', account.id)
        .where('version', '=', account.version)
        .execute()
      return { ok: problem === null, problem, checkedAt: checkedAt.toISOString() }
    },
  )
}
