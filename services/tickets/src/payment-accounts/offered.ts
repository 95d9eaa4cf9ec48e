import { DomainError } from '@guichet/problem'
import { LRUCache } from 'lru-cache'
import type { Static } from 'typebox'
import { COLUMNS, type PaymentAccountRow, type TicketsDb, type TicketsTx } from '../db.ts'
import type { Mode, ProviderName } from '../payments/provider.ts'
import { type Sum, takes } from '../payments/takes.ts'
import type { BankTransferSettings } from './account-terms.ts'

/** A way to pay at an event. */
export interface Offered {
  provider: ProviderName
  mode: Mode
  /** Null for the platform's own. */
  accountId: string | null
  /** Until when places are kept for a buyer who starts now; null: as long as for any other. */
  dueAt: Date | null
}

export interface SellingAccounts {
  /** The enabled accounts of an organizer. */
  of(db: TicketsDb | TicketsTx, organizerUuid: string): Promise<PaymentAccountRow[]>
  /** After a change in this process. */
  forget(organizerUuid: string): void
}

/** Remembers for a second: each payment asks, and most organizers never change them. */
export function createSellingAccounts(): SellingAccounts {
  const known = new LRUCache<string, PaymentAccountRow[]>({ max: 10_000, ttl: 1_000 })
  return {
    async of(db, organizerUuid) {
      const remembered = known.get(organizerUuid)
      if (remembered) return remembered
      const rows = await db
        .selectFrom('payment_account')
        .select(COLUMNS.payment_account)
        .where('organizer_id', '=', organizerUuid)
        .where('enabled', '=', true)
        .orderBy('id')
        .execute()
      known.set(organizerUuid, rows)
      return rows
    },
    forget: (organizerUuid) => void known.delete(organizerUuid),
  }
}

/**
 * The ways to pay at an event. An organizer without accounts sells with simulated money where the platform has it. A bank
 * transfer is none when it could arrive only after the event has begun; without `when` it is left out. With `sum`, only those
 * that can take it.
 */
export function offeredBy(
  accounts: readonly PaymentAccountRow[],
  simulated: boolean,
  when: { now: Date; startsAt: Date } | undefined,
  sum?: Sum | undefined,
): Offered[] {
  if (accounts.length === 0) {
    return simulated ? [{ provider: 'simulated', mode: 'test', accountId: null, dueAt: null }] : []
  }
  return accounts.flatMap(({ id, provider, mode, settings }) => {
    if (sum && !takes(provider, sum)) return []
    const way = { provider, mode, accountId: id, dueAt: null }
    if (provider !== 'bank-transfer') return way
    const { dueDays } = settings as Static<typeof BankTransferSettings>
    const dueAt = when && new Date(when.now.getTime() + dueDays * 86_400_000)
    return dueAt && dueAt <= when.startsAt ? { ...way, dueAt } : []
  })
}

export function assertOffered(ways: readonly Offered[], provider: string): Offered {
  const way = ways.find((one) => one.provider === provider)
  if (!way) throw new DomainError('provider-not-offered', { offered: ways.map((one) => one.provider) })
  return way
}
