import type { App } from '@guichet/server'
import { assertBankTransfer, matchRows } from '../bank-statements/match-rows.ts'
import { presentStatement } from '../bank-statements/present-statement.ts'
import { readStatement } from '../bank-statements/read-statement.ts'
import { CSV_MAX, StatementAnswer, StatementBody } from '../bank-statements/statement-schema.ts'
import type { Context } from '../context.ts'
import { PaymentAccountParams } from '../payment-accounts/account-schema.ts'
import { allowedAccount } from '../payment-accounts/find-account.ts'

/** POST /v1/payment-accounts/:accountId/statement-previews — what importing this statement would do; does nothing. */
export function previewStatement(app: App, ctx: Context): void {
  app.post(
    '/v1/payment-accounts/:accountId/statement-previews',
    {
      bodyLimit: 2 * CSV_MAX,
      schema: {
        operationId: 'previewStatement',
        params: PaymentAccountParams,
        body: StatementBody,
        response: { 200: StatementAnswer },
      },
    },
    async (request) => {
      const account = await allowedAccount(ctx, request, 'payment.record')
      assertBankTransfer(account)
      return presentStatement(await matchRows(ctx.db, account.id, readStatement(request.body.csv)))
    },
  )
}
