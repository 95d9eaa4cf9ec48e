import { type App, authorize, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { OrganizerParams, PaymentAccountAnswer } from '../payment-accounts/account-schema.ts'
import { presentAccount } from '../payment-accounts/present-account.ts'

const Answer = Type.Object({ items: Type.Array(PaymentAccountAnswer) })

/** GET /v1/organizers/:organizerId/payment-accounts — all of them, the oldest first. */
export function listPaymentAccounts(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers/:organizerId/payment-accounts',
    { schema: { operationId: 'listPaymentAccounts', params: OrganizerParams, response: { 200: Answer } } },
    async (request) => {
      authorize(request, 'payment-account.write', request.params.organizerId)
      const rows = await ctx.db
        .selectFrom('payment_account')
        .select(COLUMNS.payment_account)
        .where('organizer_id', '=', toUuid('org', request.params.organizerId))
        .orderBy('id')
        .execute()
      return { items: rows.map((row) => presentAccount(ctx, row)) }
    },
  )
}
