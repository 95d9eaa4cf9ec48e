import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVERY_MS, SENDS_MAX, secondsOf, untilNextLook, untilNextSend } from '../src/live/pace.ts'

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('a page that follows the sale', () => {
  it('looks every few seconds, and ever more rarely while it fails, but never gives up', () => {
    const waits = [0, 1, 2, 3, 4, 10].map((failures) => untilNextLook(failures, 0, 0.5))
    expect(waits).toEqual([EVERY_MS, 10_000, 20_000, 40_000, 60_000, 60_000])
  })

  it('never looks before the service wishes, nor at the same moment as all the others', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(300), random, (failures, seconds, luck) => {
        expect(untilNextLook(failures, seconds, luck)).toBeGreaterThanOrEqual(seconds * 1_000)
      }),
    )
    expect(untilNextLook(0, 0, 0)).toBeLessThan(untilNextLook(0, 0, 0.9))
  })
})

describe('an order while the sale is busy', () => {
  it('is sent again no sooner than asked, spread, and at most a few minutes in all', () => {
    fc.assert(
      fc.property(fc.nat(SENDS_MAX), fc.nat(30), random, (sends, seconds, luck) => {
        const wait = untilNextSend(sends, seconds, luck)
        expect(wait).toBeGreaterThanOrEqual(Math.max(1, seconds) * 1_000)
        expect(wait).toBeLessThanOrEqual(45_000)
      }),
    )
    expect(untilNextSend(4, 1, 0)).toBeGreaterThan(untilNextSend(0, 1, 0))
  })
})

it('a Retry-After that is a date, nonsense or a day is taken for what can be waited', () => {
  expect(['3', null, 'Wed, 21 Oct 2026 07:28:00 GMT', '-1', '86400'].map(secondsOf)).toEqual([3, 0, 0, 0, 300])
})
