import type { Peer } from './not-sent.ts'

export interface Outages {
  /** A peer did not answer: leave it alone for a while, twice as long each time. Returns when to ask again. */
  report(peer: Peer): Date
  /** It answered. */
  end(peer: Peer): void
  /** The peers to leave alone now. */
  present(): Peer[]
}

const FIRST_MS = 1_000
const LONGEST_MS = 15_000

/**
 * Remembers which peers are away, so that ten thousand waiting messages do not each find out. After the pause a handful
 * (as many as are sent at once) tries again; mails flow at most 15 s after the peer is back.
 */
export function createOutages(now: () => Date): Outages {
  const outages = new Map<Peer, { until: Date; pauseMs: number }>()
  return {
    report(peer) {
      const known = outages.get(peer)
      // Those that were under way when it fell tell nothing new.
      if (known && known.until > now()) return known.until
      const pauseMs = known ? Math.min(known.pauseMs * 2, LONGEST_MS) : FIRST_MS
      const until = new Date(now().getTime() + pauseMs)
      outages.set(peer, { until, pauseMs })
      return until
    },
    end: (peer) => void outages.delete(peer),
    present: () => [...outages].filter(([, { until }]) => until > now()).map(([peer]) => peer),
  }
}
