import { type App, etag } from '@guichet/server'
import type { Context } from '../context.ts'
import { PaymentAccountAnswer, PaymentAccountParams } from '../payment-accounts/account-schema.ts'
import { allowedAccount } from '../payment-accounts/find-account.ts'
import { presentAccount } from '../payment-accounts/present-account.ts'

/** GET /v1/payment-accounts/:accountId */
export function getPaymentAccount(app: App, ctx: Context): void {
  app.get(
    '/v1/payment-accounts/:accountId',
    {
      schema: {
        operationId: 'getPaymentAccount',
        params: PaymentAccountParams,
        response: { 200: PaymentAccountAnswer },
      },
    },
    async (request, reply) => {
      const answer = presentAccount(ctx, await allowedAccount(ctx, request))
      return reply.header('etag', etag(answer.version)).send(answer)
    },
  )
}
