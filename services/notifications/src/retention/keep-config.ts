import type { Settings } from '@guichet/server'

/** How many days what is over is kept. */
export interface KeepConfig {
  /** What was sent to whom, with the send journal; counted anew from the end of its event. */
  deliveries: number
  /** A consent, after it was withdrawn or given anew. */
  consents: number
  /** That an address does not exist. */
  suppressions: number
  /** Public events, with what was posted to whom. */
  publicEvents: number
  /** Answers to an Idempotency-Key. */
  keys: number
}

export const KEEP_DEFAULTS: KeepConfig = {
  deliveries: 400,
  consents: 1_096,
  suppressions: 1_096,
  publicEvents: 30,
  keys: 31,
}

/** `KEEP_…_DAYS`; none so short that something is forgotten which is still to be sent, or may come once more. */
export function readKeepConfig(read: Settings): KeepConfig {
  const days = (name: string, fallback: number, min: number) =>
    read.integer(`KEEP_${name}_DAYS`, fallback, { min, max: 36_500 })
  return {
    // An inbox remembers for 30 days what it has seen; until then a delivery is also what keeps a second one away.
    deliveries: days('DELIVERIES', KEEP_DEFAULTS.deliveries, 31),
    consents: days('CONSENTS', KEEP_DEFAULTS.consents, 1),
    suppressions: days('SUPPRESSIONS', KEEP_DEFAULTS.suppressions, 1),
    // Longer than a webhook is tried (three days) and than an endpoint may fail (four).
    publicEvents: days('PUBLIC_EVENTS', KEEP_DEFAULTS.publicEvents, 5),
    keys: days('KEYS', KEEP_DEFAULTS.keys, 1),
  }
}

/** So many days ago. */
export function daysAgo(now: Date, days: number): Date {
  return new Date(now.getTime() - days * 24 * 3_600_000)
}
