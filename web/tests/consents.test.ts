import { expect, it } from 'vitest'
import { toE164 } from '#web/tickets/consents.ts'

it.each([
  ['06 12 34 56 78', '+33612345678'],
  ['06.12.34.56.78', '+33612345678'],
  ['+33 6 12 34 56 78', '+33612345678'],
  ['+33 (0)6 12 34 56 78', '+33612345678'],
  ['0033612345678', '+33612345678'],
  ['+44 7700 900123', '+447700900123'],
  ['0032 470 12 34 56', '+32470123456'],
])('reads %s as %s', (typed, expected) => {
  expect(toE164(typed)).toBe(expected)
})

it.each(['', '612345678', '06 12 34', 'call me', '+0123456789', '06123456789', '+33612345678901234'])(
  'takes %j for no number',
  (typed) => {
    expect(toE164(typed)).toBeUndefined()
  },
)
