import { describe, expect, it } from 'vitest'
import { createWaitingPlaces, type WaitingPlace } from './waiting-places.ts'

function taken(place: WaitingPlace | undefined): WaitingPlace {
  if (!place) throw new Error('There should be a place')
  return place
}

describe('the places of those who wait', () => {
  it('are five at most of one organizer, and free again when one leaves', () => {
    const places = createWaitingPlaces()
    const own = Array.from({ length: 5 }, () => taken(places.take('a')))
    expect(places.take('a')).toBeUndefined()
    own[2]?.leave()
    expect(places.take('a')).toBeDefined()
  })

  it('cannot all be held by four organizers: a fifth gets the oldest of who has most, up to an equal share', () => {
    const places = createWaitingPlaces()
    const held = ['a', 'b', 'c', 'd'].map((name) => Array.from({ length: 5 }, () => taken(places.take(name))))
    const came = Array.from({ length: 4 }, () => taken(places.take('e')))
    expect(places.take('e')).toBeUndefined()
    for (const own of held) {
      expect(own.map(({ signal }) => signal.aborted)).toEqual([true, false, false, false, false])
      // It was given away already: leaving it late frees nobody else's.
      own[0]?.leave()
    }
    expect(came.every(({ signal }) => !signal.aborted)).toBe(true)
    expect(places.take('f')).toBeDefined()
  })

  it('are taken in turns when everybody who waits has one: the oldest gives way, and not at once', () => {
    let now = 0
    const places = createWaitingPlaces({ ofOne: 5, ofAll: 3, now: () => now })
    taken(places.take('a')).leave()
    const own = ['b', 'a', 'c'].map((name) => taken(places.take(name)))
    expect(places.take('d')).toBeUndefined()
    now = 2_000
    const late = taken(places.take('d'))
    expect([...own, late].map(({ signal }) => signal.aborted)).toEqual([true, false, false, false])
    // Whom it has turned out comes back, and has the next turn.
    expect(places.take('b')).toBeDefined()
    expect(own.map(({ signal }) => signal.aborted)).toEqual([true, true, false])
    // Nobody gets a second one that way.
    expect(places.take('c')).toBeUndefined()
    now = 4_000
    expect(places.take('c')).toBeUndefined()
    late.leave()
    expect(places.take('c')).toBeDefined()
  })
})
