const HOUR = 3_600_000
const FIRST_MS = 5_000
const LONGEST_MS = 8 * HOUR

/** A receiver that is mended within three days has lost nothing. */
export const GIVE_UP_AFTER_MS = 72 * HOUR

/** An endpoint that took nothing for so long, though it was asked again and again, is no longer asked. */
export const OFF_AFTER_MS = 96 * HOUR

/**
 * Milliseconds until the next try after `attempts` tries (≥ 1): 5 s, 20 s, 80 s … 8 h, less up to a half by chance, so that what
 * failed together does not come back together; at least what the receiver asked for, but no more than 8 h.
 */
export function backOffMs(attempts: number, random: number, retryAfterMs = 0): number {
  const whole = Math.min(FIRST_MS * 4 ** Math.min(attempts - 1, 10), LONGEST_MS)
  return Math.max(Math.round(whole * (0.5 + random / 2)), Math.min(retryAfterMs, LONGEST_MS))
}
