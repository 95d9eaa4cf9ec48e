import type { EventCopy } from './event-copy.ts'

type Facts = Pick<EventCopy, 'starts_at' | 'ends_at' | 'time_zone' | 'venue'>

/** What of a change somebody with a ticket must know: another time, another place. */
export function whatChanged(before: Facts, after: Facts): { time: boolean; place: boolean } {
  const time =
    before.starts_at.getTime() !== after.starts_at.getTime() ||
    before.ends_at.getTime() !== after.ends_at.getTime() ||
    before.time_zone !== after.time_zone
  return { time, place: placeOf(before) !== placeOf(after) }
}

/** A comma or a capital more is no other place. */
function placeOf({ venue }: Facts): string {
  const words = [venue.name, venue.address, venue.city, venue.country].map((part) =>
    (part ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim(),
  )
  return JSON.stringify([...words, venue.online === true])
}
