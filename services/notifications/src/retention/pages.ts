import { setTimeout as pause } from 'node:timers/promises'

export const ROWS_MAX = 1_000
const BETWEEN_MS = 50
/** Before every id that there is. */
const FIRST = '00000000-0000-0000-0000-000000000000'

/**
 * Walks through a table by its ids, which begin with their time: the oldest come first and no other index is needed. What
 * is not to be forgotten yet is passed once. A page is a short transaction, and the next one lets others go first.
 * @param forget one page after that id; returns the last id of it, or undefined when there was none.
 */
export async function forEachPage(
  signal: AbortSignal,
  forget: (after: string) => Promise<string | undefined>,
): Promise<void> {
  for (let after: string | undefined = FIRST; after && !signal.aborted; ) {
    after = await forget(after)
    if (after) await pause(BETWEEN_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** The first id that a row of that time could have (UUID version 7). */
export function firstIdAt(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}
