import { expect, it } from 'vitest'
import { mayBecome, ORDER_STATES } from './order-state.ts'

it('lets an order go these ways and no other', () => {
  const ways = ORDER_STATES.flatMap((from) =>
    ORDER_STATES.filter((to) => mayBecome(from, to)).map((to) => `${from} → ${to}`),
  )
  expect(ways.sort()).toEqual(
    ['held → confirmed', 'held → expired', 'held → cancelled', 'expired → confirmed', 'confirmed → refunded'].sort(),
  )
})

it('never revives what was cancelled or refunded', () => {
  for (const end of ['cancelled', 'refunded'] as const) {
    expect(ORDER_STATES.filter((to) => mayBecome(end, to))).toEqual([])
  }
})
