import type { Order } from '../api/types.ts'
import type { Translate } from '../messages/text.ts'
import { parseMoney } from '../money/money.ts'

export const refundWays = ['all', 'tickets', 'lines', 'amount'] as const
export type RefundWay = (typeof refundWays)[number]

/** What a member asks to give back, as `tickets` takes it. */
export interface RefundWish {
  ticketIds?: string[]
  lines?: { lineNumber: number; quantity: number }[]
  amountMinor?: number
  force?: boolean
}

export function refundWayOf(asked: string | null, order: Pick<Order, 'tickets'>): RefundWay {
  const way = refundWays.find((one) => one === asked)
  // Nobody ticks a hundred boxes.
  return way ?? (order.tickets.length > 30 ? 'lines' : 'tickets')
}

/** Reads the form, which is the page's address; `null` while it asks for nothing. A fault says what to correct. */
export function readWish(
  query: URLSearchParams,
  way: RefundWay,
  order: Pick<Order, 'lines' | 'currency'>,
  t: Translate,
): { wish: RefundWish | null; fault?: string } {
  const wish: RefundWish = query.has('force') ? { force: true } : {}
  if (way === 'all') return { wish }
  if (!query.has('asked')) return { wish: null }
  const typed = (query.get('amount') ?? '').trim()
  if (typed) {
    const amountMinor = parseMoney(typed, order.currency)
    if (amountMinor === null || (way === 'amount' && amountMinor === 0)) return { wish: null, fault: t('fault.money') }
    wish.amountMinor = amountMinor
  }
  if (way === 'amount') return typed ? { wish } : { wish: null, fault: t('fault.money') }
  if (way === 'tickets') {
    const ticketIds = query.getAll('ticket')
    return ticketIds.length > 0 ? { wish: { ...wish, ticketIds } } : { wish: null, fault: t('refund.none') }
  }
  const lines = order.lines.flatMap(({ lineNumber = 0 }) => {
    const quantity = Math.trunc(Number(query.get(`quantity.${lineNumber}`) ?? 0))
    return quantity > 0 ? { lineNumber, quantity } : []
  })
  return lines.length > 0 ? { wish: { ...wish, lines } } : { wish: null, fault: t('refund.none') }
}
