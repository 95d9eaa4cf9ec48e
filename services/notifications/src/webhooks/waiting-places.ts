/** Of one organizer, and of all: each holds a connection through the gateway. */
const OF_ONE_MAX = 5
const OF_ALL_MAX = 20

/** When everybody has one place, how long it is theirs at least: who comes back at once would else only turn others out. */
const TURN_MS = 2_000

export interface WaitingPlace {
  /** Aborted when the place goes to an organizer who has fewer. */
  signal: AbortSignal
  leave(): void
}

interface Place {
  organizerId: string
  since: number
  ending: AbortController
}

/**
 * The places of those who wait for the next event. When all are taken, who has fewest gets that of the organizer who has
 * most, whose oldest wait ends early and finds nothing: however many wait, an organizer who comes has a share. When each has
 * one, they take turns.
 */
export function createWaitingPlaces({ ofOne = OF_ONE_MAX, ofAll = OF_ALL_MAX, now = () => performance.now() } = {}) {
  /** The oldest first. */
  const taken = new Set<Place>()
  const countOf = (organizerId: string) => [...taken].filter((place) => place.organizerId === organizerId).length

  /** The one that gives way to an organizer who has so many; undefined when all are as much in their right. */
  function givingWay(own: number): Place | undefined {
    const most = Math.max(...[...taken].map(({ organizerId }) => countOf(organizerId)))
    const oldest = [...taken].find(({ organizerId }) => countOf(organizerId) === most)
    if (most > own + 1) return oldest
    return own === 0 && oldest && now() - oldest.since >= TURN_MS ? oldest : undefined
  }

  return {
    /** A place; undefined when there is none for this organizer. */
    take(organizerId: string): WaitingPlace | undefined {
      const own = countOf(organizerId)
      if (own >= ofOne) return undefined
      if (taken.size >= ofAll) {
        const other = givingWay(own)
        if (!other) return undefined
        taken.delete(other)
        other.ending.abort()
      }
      const place = { organizerId, since: now(), ending: new AbortController() }
      taken.add(place)
      return { signal: place.ending.signal, leave: () => void taken.delete(place) }
    },
  }
}
