import type { TicketType } from '../api/types.ts'
import { EVERY_MS, secondsOf, untilNextLook } from './pace.ts'

/**
 * Asks what is on sale again and again while somebody looks at the page, and tells what is new. An answer that has not
 * changed costs a 304; a page in the background asks nothing; failures make it slower.
 */
export function followSale(url: string, tell: (items: TicketType[]) => void): void {
  let etag: string | null = null
  let failures = 0
  let askedAt = performance.now()
  let timer: ReturnType<typeof setTimeout> | undefined

  async function look(): Promise<void> {
    askedAt = performance.now()
    let retryAfter = 0
    try {
      const headers: Record<string, string> = { accept: 'application/json', ...(etag ? { 'if-none-match': etag } : {}) }
      const answer = await fetch(url, { headers, cache: 'no-store', credentials: 'omit' })
      retryAfter = secondsOf(answer.headers.get('retry-after'))
      if (answer.ok) {
        etag = answer.headers.get('etag')
        tell(((await answer.json()) as { items: TicketType[] }).items)
      } else if (answer.status !== 304) throw new Error(`status ${answer.status}`)
      failures = 0
    } catch {
      // The page stands as it is; the order itself always asks the service.
      failures = Math.min(failures + 1, 10)
    }
    if (!document.hidden) plan(untilNextLook(failures, retryAfter))
  }

  function plan(wait: number): void {
    clearTimeout(timer)
    timer = setTimeout(look, wait)
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) clearTimeout(timer)
    else plan(Math.max(0, askedAt + EVERY_MS - performance.now()))
  })
  if (!document.hidden) plan(untilNextLook(0))
}
