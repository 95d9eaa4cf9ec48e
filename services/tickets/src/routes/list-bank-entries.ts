import { type App, decodeCursor, encodeCursor, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import { assertBankTransfer } from '../bank-statements/match-rows.ts'
import { OPEN_OUTCOMES } from '../bank-statements/open-entries.ts'
import { presentEntry } from '../bank-statements/present-entry.ts'
import { BankEntryAnswer } from '../bank-statements/statement-schema.ts'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { PageQuery } from '../orders/order-schema.ts'
import { PaymentAccountParams } from '../payment-accounts/account-schema.ts'
import { allowedAccount } from '../payment-accounts/find-account.ts'

const Answer = Type.Object({
  items: Type.Array(BankEntryAnswer),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
})

/** GET /v1/payment-accounts/:accountId/entries — money that came to the bank and was written down, the latest first. */
export function listBankEntries(app: App, ctx: Context): void {
  app.get(
    '/v1/payment-accounts/:accountId/entries',
    {
      schema: {
        operationId: 'listBankEntries',
        params: PaymentAccountParams,
        querystring: Type.Object({
          ...PageQuery,
          open: Type.Optional(Type.Boolean({ description: 'Only what a person must look at.' })),
        }),
        response: { 200: Answer },
      },
    },
    async (request) => {
      const account = await allowedAccount(ctx, request, 'payment.record')
      assertBankTransfer(account)
      const { cursor, limit = 50, open = false } = request.query
      let query = ctx.db.selectFrom('bank_entry').select(COLUMNS.bank_entry).where('account_id', '=', account.id)
      if (cursor) query = query.where('id', '<', toUuid('bke', String(decodeCursor(cursor, 1)[0])))
      if (open) query = query.where('outcome', 'in', OPEN_OUTCOMES)
      const rows = await query
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute()
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      return {
        items: page.map(presentEntry),
        nextCursor: rows.length > limit && last ? encodeCursor([toId('bke', last.id)]) : null,
      }
    },
  )
}
