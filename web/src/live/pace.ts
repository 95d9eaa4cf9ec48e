/** How often a page asks what is on sale. */
export const EVERY_MS = 5_000
const SLOWEST_MS = 60_000
/** How often a busy sale is asked again before a person must, and how long it is waited for at the most each time. */
export const SENDS_MAX = 10
const BUSY_SLOWEST_MS = 15_000

/** Until the next look: ever later after failures, never before the service wishes, and not all pages at once. */
export function untilNextLook(failures: number, retryAfterSeconds = 0, random = Math.random()): number {
  const pace = Math.min(SLOWEST_MS, EVERY_MS * 2 ** failures)
  return Math.max(pace * (0.8 + 0.4 * random), retryAfterSeconds * 1_000 * (1 + random))
}

/** Until a busy sale is asked again: at least what it wished for, growing, spread over half as much again. */
export function untilNextSend(sends: number, retryAfterSeconds: number, random = Math.random()): number {
  const wished = Math.max(1, retryAfterSeconds) * 1_000
  return Math.max(wished, Math.min(BUSY_SLOWEST_MS, wished * 1.5 ** sends)) * (1 + random / 2)
}

/** The seconds of a `Retry-After` header. */
export function secondsOf(header: string | null): number {
  const seconds = Number.parseInt(header ?? '', 10)
  return seconds > 0 ? Math.min(seconds, 300) : 0
}
