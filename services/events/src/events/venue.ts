export interface Venue {
  name?: string
  address?: string
  city?: string
  /** ISO 3166-1 code where it is known (`FR`), else a name. */
  country?: string
  online: boolean
}

export type VenuePatch = {
  [Part in 'name' | 'address' | 'city' | 'country']?: string | null | undefined
} & { online?: boolean | undefined }

/** Merge of RFC 7396: null removes a part, one not named stays. */
export function mergeVenue(present: Venue, patch: VenuePatch): Venue {
  const merged: Venue = { online: patch.online ?? present.online }
  for (const part of ['name', 'address', 'city', 'country'] as const) {
    const text = patch[part] === undefined ? present[part] : patch[part]
    if (text) merged[part] = text
  }
  return merged
}

/** A visitor can find it: online, or a named place. */
export function isPlace(venue: Venue): boolean {
  return venue.online || Boolean(venue.name ?? venue.address ?? venue.city)
}
