import type { Selectable } from 'kysely'
import type { EventTables } from './tables.ts'
import { whatChanged } from './what-changed.ts'

export type Version = Pick<
  Selectable<EventTables['event_version']>,
  'version' | 'starts_at' | 'ends_at' | 'time_zone' | 'venue' | 'changed_at'
>

/** What stood for a while, and stands no more. */
export interface Interlude extends Version {
  from: Date
  until: Date
}

/**
 * What stood between the version that was told and the last of `versions`, with its time: who bought then believes it. A
 * version that is only guessed has no time of its own and counts for nothing.
 */
export function interludesOf(versions: readonly Version[]): Interlude[] {
  const known = versions.flatMap((version) => (version.changed_at ? [{ ...version, from: version.changed_at }] : []))
  const interludes: Interlude[] = []
  for (const [index, version] of known.slice(0, -1).entries()) {
    const until = known[index + 1]?.from ?? version.from
    const last = interludes.at(-1)
    const changed = last && whatChanged(last, version)
    // Another title is no other event.
    if (last && changed && !changed.time && !changed.place && last.until.getTime() === version.from.getTime())
      last.until = until
    else interludes.push({ ...version, until })
  }
  return interludes.filter(({ from, until }) => from < until)
}
