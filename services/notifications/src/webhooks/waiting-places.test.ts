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

  it('are refused when everybody who waits has one', () => {
    const places = createWaitingPlaces({ ofOne: 5, ofAll: 3 })
    const own = ['a', 'b', 'c'].map((name) => taken(places.take(name)))
    expect(places.take('d')).toBeUndefined()
    own[0]?.leave()
    expect(places.take('d')).toBeDefined()
  })
})
