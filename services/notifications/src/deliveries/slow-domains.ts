/** A conversation that takes longer than this is slow: it holds a spare place from then on. */
const SLOW_MS = 1_000

export interface SlowDomains {
  /** A conversation with a recipient's domain begins; call what it returns when it ends. */
  enter(address: string): () => void
  /** Conversations that are slow, and so keep no place from others: at most `sendersMax`. */
  spare(): number
  /** The domains that hold their share of slow conversations; no new one is begun. */
  full(): string[]
}

/**
 * Keeps one recipient's slow mail server from holding up everybody's mail: what is slow moves to a spare place, as many
 * as there are senders, and a domain gets a quarter of them at most. A domain that answers is never limited.
 */
export function createSlowDomains(sendersMax: number, now: () => Date): SlowDomains {
  const underWay = new Set<{ domain: string; since: number }>()
  const share = Math.max(1, Math.floor(sendersMax / 4))
  const slow = () => [...underWay].filter(({ since }) => now().getTime() - since >= SLOW_MS)
  return {
    enter(address) {
      const conversation = { domain: domainOf(address), since: now().getTime() }
      underWay.add(conversation)
      return () => void underWay.delete(conversation)
    },
    spare: () => Math.min(slow().length, sendersMax),
    full() {
      const counts = new Map<string, number>()
      for (const { domain } of slow()) counts.set(domain, (counts.get(domain) ?? 0) + 1)
      return [...counts].filter(([, count]) => count >= share).map(([domain]) => domain)
    },
  }
}

/** What stands behind the @, in small letters. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase()
}
