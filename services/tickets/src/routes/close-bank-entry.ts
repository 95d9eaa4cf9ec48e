import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, toUuid, userOf } from '@guichet/server'
import { Type } from 'typebox'
import { assertBankTransfer } from '../bank-statements/match-rows.ts'
import { isOpen, postEntries, readEntries } from '../bank-statements/open-entries.ts'
import { presentEntry } from '../bank-statements/present-entry.ts'
import { BankEntryAnswer } from '../bank-statements/statement-schema.ts'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { allowedAccount, lockAccount } from '../payment-accounts/find-account.ts'

const Params = Type.Object({ accountId: Type.String(), entryId: Type.String() })
const Body = Type.Object({
  as: Type.Union([Type.Literal('sent-back'), Type.Literal('recorded-before')], {
    description: 'sent-back: by hand, at the bank. recorded-before: a member had told of the same money.',
  }),
  note: Type.String({ minLength: 1, maxLength: 300 }),
})

/** POST /v1/payment-accounts/:accountId/entries/:entryId/closing — money that pays no order is dealt with. Repeating it changes nothing. */
export function closeBankEntry(app: App, ctx: Context): void {
  app.post(
    '/v1/payment-accounts/:accountId/entries/:entryId/closing',
    { schema: { operationId: 'closeBankEntry', params: Params, body: Body, response: { 200: BankEntryAnswer } } },
    async (request) => {
      const account = await allowedAccount(ctx, request, 'payment.record')
      assertBankTransfer(account)
      const { as: outcome, note } = request.body
      const entryUuid = toUuid('bke', request.params.entryId)
      const closed_by = toUuid('usr', userOf(request).userId)
      return inTransaction(ctx.db, async (tx) => {
        const locked = await lockAccount(tx, account.id)
        const entries = await readEntries(tx, account.id, [entryUuid])
        const [entry] = entries
        if (!entry) throw new DomainError('not-found')
        if (entry.outcome === outcome) return presentEntry(entry)
        if (!isOpen(entry)) {
          throw new DomainError('bank-entry-closed', { entryId: request.params.entryId, outcome: entry.outcome })
        }
        const now = await ctx.time(tx)
        await postEntries(tx, 'closed', locked, entries, now)
        const closed = await tx
          .updateTable('bank_entry')
          .set({ outcome, note, closed_by, closed_at: now })
          .where('id', '=', entryUuid)
          .returning(COLUMNS.bank_entry)
          .executeTakeFirstOrThrow()
        return presentEntry(closed)
      })
    },
  )
}
