import fc from 'fast-check'
import { cancel, confirm, extend, hold, look, refund, repeat, sayName } from './buyers-acts.ts'
import type { Command } from './command.ts'
import {
  dropShared,
  pass,
  pause,
  setCapacity,
  setFee,
  setShared,
  setUses,
  sweep,
  switchCode,
} from './organizers-acts.ts'
import { CODE_TYPES, HOLD_SECONDS, OFFER_SECONDS, SHARING, TYPE_NAMES } from './sale-model.ts'
import { join, leave, offer, WAITED_FOR } from './waiting-acts.ts'

const index = fc.nat({ max: 20 })
const type = fc.constantFrom(...TYPE_NAMES)
const person = fc.constantFrom('ann', 'bob', 'cyd')
const quantity = fc.integer({ min: 1, max: 3 })
const wanted = fc.record(
  {
    lines: fc.array(fc.record({ type, quantity }), { minLength: 1, maxLength: 3 }),
    promoCode: fc.constantFrom('gratis', 'GRATIS', 'gratis', 'wrong'),
    buyer: person,
  },
  { requiredKeys: ['lines'] },
)
const plain = fc.record({
  lines: fc.tuple(fc.record({ type: fc.constantFrom(...WAITED_FOR), quantity })),
  buyer: person,
})
const coded = fc.record({
  lines: fc.tuple(fc.record({ type: fc.constantFrom(...CODE_TYPES), quantity })),
  promoCode: fc.constantFrom('gratis', 'GRATIS'),
  buyer: person,
})
const joining = fc
  .tuple(fc.constantFrom(...WAITED_FOR), person, quantity)
  .map(([name, who, places]) => join(name, who, places))

const change = fc.oneof(
  fc.tuple(type, fc.integer({ min: 0, max: 5 })).map(([name, capacity]) => setCapacity(name, capacity)),
  fc
    .tuple(fc.integer({ min: 0, max: 6 }), fc.subarray([...SHARING], { minLength: 1 }))
    .map(([capacity, types]) => setShared(capacity, types)),
  fc
    .tuple(fc.integer({ min: 0, max: 6 }), fc.subarray([...SHARING], { minLength: 1 }))
    .map(([capacity, types]) => setShared(capacity, types)),
  fc.constant(dropShared),
  fc.option(fc.integer({ min: 0, max: 6 })).map(setUses),
  fc.boolean().map(switchCode),
  fc.tuple(fc.constantFrom(0, 333, 1_000), fc.constantFrom(0, 99)).map(([percent, fixed]) => setFee(percent, fixed)),
  fc.tuple(type, fc.boolean()).map(([name, paused]) => pause(name, paused)),
)
const care = fc.oneof(
  fc.tuple(index, fc.boolean()).map(([order, changed]) => repeat(order, changed)),
  index.map(extend),
  index.map(sayName),
  index.map(refund),
  fc.boolean().map(look),
)
const time = fc.constantFrom(30, 300, HOLD_SECONDS - 1, HOLD_SECONDS, OFFER_SECONDS)

/** All that can happen to a sale; buying and waiting are what happens most. */
export const commands: fc.Arbitrary<Command>[] = [
  wanted.map(hold),
  coded.map(hold),
  plain.map(hold),
  plain.map(hold),
  change,
  change,
  care,
  care,
  index.map(confirm),
  index.map(cancel),
  index.map(cancel),
  time.map(pass),
  fc.constant(sweep),
  joining,
  joining,
  joining,
  fc.constant(offer),
  index.map(leave),
]

/** Begins with a type that is sold out, and people who wait. */
export const SOLD_OUT: readonly Command[] = [
  hold({ lines: [{ type: 'standard', quantity: 2 }], buyer: 'cyd' }),
  join('standard', 'ann', 1),
  join('standard', 'bob', 2),
]
