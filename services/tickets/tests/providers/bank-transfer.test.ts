import { createDatabase } from '@guichet/database'
import { newUuid, parseId, toId } from '@guichet/server'
import { testDatabase } from '@guichet/testkit'
import type { Schema } from '../../src/db.ts'
import { createBankTransfer } from '../../src/payments/providers/bank-transfer.ts'
import { providerContract } from './contract.ts'

providerContract('bank-transfer', async () => {
  const database = await testDatabase('tickets')
  const db = createDatabase<Schema>(database.url)
  const accountId = newUuid()
  const settings = { beneficiary: 'Salle Pleyel', iban: 'FR1420041010050500013M02606', bic: null, dueDays: 14 }
  const account = { id: accountId, organizerId: newUuid(), mode: 'live', provider: 'bank-transfer' } as const
  return {
    provider: createBankTransfer({ ...account, settings, secrets: {} }, db),
    /** The organizer sees the money on the statement. */
    async buyer({ reference }, act) {
      if (act === 'decline') return
      const transfer = await db
        .selectFrom('bank_transfer')
        .selectAll()
        .where('reference', '=', reference)
        .executeTakeFirstOrThrow()
      await db
        .insertInto('bank_entry')
        .values({
          id: newUuid(),
          account_id: accountId,
          source: 'hand',
          row_digest: Buffer.from(parseId('pay', toId('pay', transfer.payment_id)) ?? ''),
          booked_on: '2026-11-22',
          amount_minor: transfer.amount_minor,
          currency: transfer.currency,
          text: reference,
          outcome: 'paid',
          payment_id: transfer.payment_id,
          recorded_by: newUuid(),
          created_at: new Date(),
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    async journal() {
      const charges = await db.selectFrom('bank_entry').selectAll().where('outcome', '=', 'paid').execute()
      return {
        charges: charges.map(({ payment_id, amount_minor, currency }) => ({
          paymentId: toId('pay', payment_id ?? ''),
          amountMinor: amount_minor,
          currency,
        })),
        refunds: [],
      }
    },
    currencies: { EUR: 4_900, JPY: 4_900, KWD: 4_905 },
    async stop() {
      await db.destroy()
      await database.stop()
    },
  }
})
