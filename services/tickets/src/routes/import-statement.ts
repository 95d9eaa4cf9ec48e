import { inTransaction } from '@guichet/database'
import { type App, toUuid, userOf } from '@guichet/server'
import { assertBankTransfer, matchRows } from '../bank-statements/match-rows.ts'
import { presentStatement } from '../bank-statements/present-statement.ts'
import { readStatement } from '../bank-statements/read-statement.ts'
import { recordRows, settleEntries } from '../bank-statements/record-entries.ts'
import { CSV_MAX, StatementAnswer, StatementBody } from '../bank-statements/statement-schema.ts'
import type { Context } from '../context.ts'
import { PaymentAccountParams } from '../payment-accounts/account-schema.ts'
import { allowedAccount, lockAccount } from '../payment-accounts/find-account.ts'

/**
 * POST /v1/payment-accounts/:accountId/statements — writes down what came and settles what it pays. No Idempotency-Key is needed:
 * a row that was imported is known, so the same file again does nothing.
 */
export function importStatement(app: App, ctx: Context): void {
  app.post(
    '/v1/payment-accounts/:accountId/statements',
    {
      bodyLimit: 2 * CSV_MAX,
      schema: {
        operationId: 'importStatement',
        params: PaymentAccountParams,
        body: StatementBody,
        response: { 200: StatementAnswer },
      },
    },
    async (request) => {
      const { id, ...account } = await allowedAccount(ctx, request, 'payment.record')
      assertBankTransfer(account)
      const rows = readStatement(request.body.csv)
      const userUuid = toUuid('usr', userOf(request).userId)
      const matched = await inTransaction(ctx.db, async (tx) => {
        // One import at a time: two at once of the same file would both find its rows new.
        const locked = await lockAccount(tx, id)
        const found = await matchRows(tx, id, rows)
        await recordRows(tx, locked, found, { userUuid, now: await ctx.time(tx) })
        return found
      })
      while ((await settleEntries(ctx, { accountId: id })) > 0) {
        // Until none is left; one that fails is left to the job.
      }
      return presentStatement(matched)
    },
  )
}
