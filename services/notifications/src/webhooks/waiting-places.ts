/** Of one organizer, and of all: each holds a connection through the gateway. */
const OF_ONE_MAX = 5
const OF_ALL_MAX = 20

export interface WaitingPlace {
  /** Aborted when the place goes to an organizer who has fewer. */
  signal: AbortSignal
  leave(): void
}

/**
 * The places of those who wait for the next event. When all are taken, who has fewest gets that of the organizer who has
 * most, whose oldest wait ends early and finds nothing: however many wait, an organizer who comes has a share.
 */
export function createWaitingPlaces({ ofOne = OF_ONE_MAX, ofAll = OF_ALL_MAX } = {}) {
  const waiting = new Map<string, Set<AbortController>>()
  const countOf = (organizerId: string) => waiting.get(organizerId)?.size ?? 0

  function leave(organizerId: string, place: AbortController): void {
    const places = waiting.get(organizerId)
    places?.delete(place)
    if (places?.size === 0) waiting.delete(organizerId)
  }

  return {
    /** A place; undefined when there is none for this organizer. */
    take(organizerId: string): WaitingPlace | undefined {
      const own = countOf(organizerId)
      if (own >= ofOne) return undefined
      const all = [...waiting.values()].reduce((sum, { size }) => sum + size, 0)
      if (all >= ofAll) {
        const [most] = [...waiting.keys()].sort((a, b) => countOf(b) - countOf(a))
        if (most === undefined || countOf(most) <= own + 1) return undefined
        const [oldest] = waiting.get(most) ?? []
        if (oldest) leave(most, oldest)
        oldest?.abort()
      }
      const place = new AbortController()
      waiting.set(organizerId, (waiting.get(organizerId) ?? new Set()).add(place))
      return { signal: place.signal, leave: () => leave(organizerId, place) }
    },
  }
}
