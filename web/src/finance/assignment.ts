import type { BankEntry, BankTransfer } from '../api/finance.ts'

/** What somebody has chosen on the bank page: money that came, and the order it is for. */
export interface Chosen {
  entryIds: string[]
  orderId: string
}

export type Sums =
  | { fault: 'noEntry' | 'noOrder' | 'many' | 'gone' | 'currency' }
  | { fault: null; money: BankEntry[]; transfer: BankTransfer; totalMinor: number; differenceMinor: number }

/** As many as the service takes at once. */
const AT_ONCE = 20

/** What the chosen money comes to, against what is owed: an order takes exactly that, from one entry or several. */
export function sumUp(entries: readonly BankEntry[], transfers: readonly BankTransfer[], chosen: Chosen): Sums {
  if (chosen.entryIds.length === 0) return { fault: 'noEntry' }
  if (chosen.entryIds.length > AT_ONCE) return { fault: 'many' }
  if (chosen.orderId === '') return { fault: 'noOrder' }
  const money = entries.filter(({ id }) => chosen.entryIds.includes(id))
  const transfer = transfers.findLast(({ orderId }) => orderId === chosen.orderId)
  if (money.length < chosen.entryIds.length || !transfer) return { fault: 'gone' }
  if (money.some(({ currency }) => currency !== transfer.currency)) return { fault: 'currency' }
  const totalMinor = money.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  return { fault: null, money, transfer, totalMinor, differenceMinor: totalMinor - transfer.amountMinor }
}
