const FIRST_MS = 5_000
/** Low enough that all is sent within five minutes of a mail server's recovery. */
const LONGEST_MS = 4 * 60_000
/** After some two hours it is no outage but a mailbox in trouble, which nobody should be asked about every minute. */
const PATIENT_AFTER = 40
const PATIENT_MS = 30 * 60_000

/** RFC 5321 §4.5.4.1 wants four to five days at least from a relay; a ticket three days late is of no use. */
export const GIVE_UP_AFTER_MS = 72 * 3_600_000

/**
 * Milliseconds until the next try after `attempts` tries (≥ 1): doubling from 5 s to 4 min, half of it by chance, so that
 * what failed together does not come back together. `random` is from 0 to 1.
 */
export function backOffMs(attempts: number, random: number): number {
  const longest = attempts >= PATIENT_AFTER ? PATIENT_MS : LONGEST_MS
  const whole = Math.min(FIRST_MS * 2 ** Math.min(attempts - 1, 20), longest)
  return Math.round(whole * (0.5 + random / 2))
}
