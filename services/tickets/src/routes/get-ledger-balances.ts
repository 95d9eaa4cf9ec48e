import { type App, authorize, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { LedgerFilter, sumAccounts } from '../ledger/find-transactions.ts'
import { OrganizerParams } from '../payment-accounts/account-schema.ts'

const Answer = Type.Object({
  items: Type.Array(
    Type.Object({
      account: Type.String(),
      currency: Type.String(),
      debitMinor: Type.Integer(),
      creditMinor: Type.Integer(),
      balanceMinor: Type.Integer({ description: 'Debits less credits.' }),
    }),
  ),
})

/** GET /v1/organizers/:organizerId/ledger-balances — what lies on each account, or moved on it in a period. */
export function getLedgerBalances(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers/:organizerId/ledger-balances',
    {
      schema: {
        operationId: 'getLedgerBalances',
        params: OrganizerParams,
        querystring: Type.Object(LedgerFilter),
        response: { 200: Answer },
      },
    },
    async (request) => {
      authorize(request, 'ledger.read', request.params.organizerId)
      const sums = await sumAccounts(ctx.db, toUuid('org', request.params.organizerId), request.query)
      return { items: sums.map((sum) => ({ ...sum, balanceMinor: sum.debitMinor - sum.creditMinor })) }
    },
  )
}
