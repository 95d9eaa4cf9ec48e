import { sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { parseId } from '@guichet/server'
import { COLUMNS, type TicketsDb } from '../../db.ts'
import type { AccountOf } from '../../payment-accounts/account-terms.ts'
import { newCreditorReference } from '../creditor-reference.ts'
import { type PaymentProvider, ProviderError, type ProviderPayment } from '../provider.ts'

/**
 * Bank transfer: no provider stands between the buyer's bank and the organizer's, so what has come is what a member or a
 * statement says, and refunds are sent by people.
 */
export function createBankTransfer(account: AccountOf<'bank-transfer'>, db: TicketsDb): PaymentProvider {
  return {
    mode: account.mode,
    capabilities: { polled: false, refunds: 'by-hand', disputes: false },

    async open({ paymentId, amountMinor, currency }) {
      const uuid = uuidOf(paymentId)
      await db
        .insertInto('bank_transfer')
        .values({
          payment_id: uuid,
          account_id: account.id,
          reference: newCreditorReference(),
          amount_minor: amountMinor,
          currency,
          closed_at: null,
        })
        .onConflict((conflict) => conflict.column('payment_id').doNothing())
        .execute()
      const { reference } = await db
        .selectFrom('bank_transfer')
        .select('reference')
        .where('payment_id', '=', uuid)
        .executeTakeFirstOrThrow()
      return { reference, redirectUrl: '' }
    },

    async find({ paymentId }): Promise<ProviderPayment | undefined> {
      const transfer = await db
        .selectFrom('bank_transfer')
        .select(COLUMNS.bank_transfer)
        .where('payment_id', '=', uuidOf(paymentId))
        .executeTakeFirst()
      if (!transfer) return undefined
      const entries = await db
        .selectFrom('bank_entry')
        .select(['amount_minor', 'currency'])
        .where('payment_id', '=', transfer.payment_id)
        .where('outcome', 'in', ['paid', 'part'])
        .execute()
      const { currency } = entries[0] ?? transfer
      const paid = entries.length > 0
      const amountMinor = paid ? entries.reduce((sum, entry) => sum + entry.amount_minor, 0) : transfer.amount_minor
      const state = paid ? 'succeeded' : transfer.closed_at ? 'failed' : 'open'
      return { reference: transfer.reference, state, amountMinor, currency, redirectUrl: '' }
    },

    async close(reference) {
      await db
        .updateTable('bank_transfer')
        .set({ closed_at: sql`now()` })
        .where('reference', '=', reference)
        .where('closed_at', 'is', null)
        .execute()
    },

    refund: async ({ amountMinor, currency }) => ({ reference: '', state: 'pending', amountMinor, currency }),
    findRefund: async () => undefined,
    findDispute: async () => undefined,
    async readWebhook() {
      throw new DomainError('webhook-refused')
    },
    async check() {},
  }
}

function uuidOf(paymentId: string): string {
  const uuid = parseId('pay', paymentId)
  if (!uuid) throw new ProviderError('refused', `${paymentId} is no payment of ours`)
  return uuid
}
