/**
 * The life of an order. `cancelled` and `refunded` are ends. `expired` has one way on: money that arrives late, while there
 * still are places, buys them; without places it goes back. Whoever changes a state does it with `where state = <from>`,
 * in the transaction that also moves the stock.
 */
export const TRANSITIONS = {
  held: ['confirmed', 'expired', 'cancelled'],
  expired: ['confirmed'],
  confirmed: ['refunded'],
  cancelled: [],
  refunded: [],
} as const satisfies Record<string, readonly string[]>

export type OrderState = keyof typeof TRANSITIONS

export const ORDER_STATES = Object.keys(TRANSITIONS) as OrderState[]

export function mayBecome(from: OrderState, to: OrderState): boolean {
  return (TRANSITIONS[from] as readonly OrderState[]).includes(to)
}
