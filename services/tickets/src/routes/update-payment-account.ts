import { inTransaction, sql } from '@guichet/database'
import { type App, assertIfMatch, etag } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import {
  PaymentAccountAnswer,
  PaymentAccountParams,
  UpdatePaymentAccountBody,
} from '../payment-accounts/account-schema.ts'
import { changeTerms } from '../payment-accounts/check-terms.ts'
import { allowedAccount, lockAccount } from '../payment-accounts/find-account.ts'
import { bindingOf, openAccount } from '../payment-accounts/open-account.ts'
import { presentAccount } from '../payment-accounts/present-account.ts'
import { oneEnabled } from '../payment-accounts/save-account.ts'

/**
 * PATCH /v1/payment-accounts/:accountId — what is named replaces what was, the rest stays. The provider and the mode stay for
 * good: payments were made with them.
 */
export function updatePaymentAccount(app: App, ctx: Context): void {
  app.patch(
    '/v1/payment-accounts/:accountId',
    {
      schema: {
        operationId: 'updatePaymentAccount',
        params: PaymentAccountParams,
        body: UpdatePaymentAccountBody,
        response: { 200: PaymentAccountAnswer },
      },
    },
    async (request, reply) => {
      const { id } = await allowedAccount(ctx, request)
      const { enabled, ...given } = request.body
      const row = await oneEnabled(
        inTransaction(ctx.db, async (tx) => {
          const current = await lockAccount(tx, id)
          assertIfMatch(request, current.version)
          const terms = changeTerms(current, openAccount(ctx.sealing, current), given)
          return tx
            .updateTable('payment_account')
            .set({
              settings: terms.settings,
              // Sealed anew also when unchanged: so every change moves an account to the present sealing secret.
              secrets: ctx.sealing.seal(terms.secrets, bindingOf(current)),
              enabled: enabled ?? current.enabled,
              version: sql<number>`version + 1`,
            })
            .where('id', '=', id)
            .returning(COLUMNS.payment_account)
            .executeTakeFirstOrThrow()
        }),
      )
      ctx.sellingAccounts.forget(row.organizer_id)
      const answer = presentAccount(ctx, row)
      return reply.header('etag', etag(answer.version)).send(answer)
    },
  )
}
