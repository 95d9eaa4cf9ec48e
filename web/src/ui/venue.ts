import type { Venue } from '#web/api/types.ts'
import { type Language, localeOf } from '#web/messages/language.ts'

/** The country's name in the page's language, from its ISO 3166 code; a name stays as it is. */
export function countryName(country: string | null | undefined, language: Language): string {
  if (!country) return ''
  if (!/^[A-Z]{2}$/.test(country)) return country
  return new Intl.DisplayNames(localeOf[language], { type: 'region' }).of(country) ?? country
}

/** `Le Trianon, Paris`: what a list says of a place. */
export function shortPlace(venue: Venue, online: string): string {
  return [venue.name, venue.city].filter(Boolean).join(', ') || (venue.online ? online : '')
}

/** `Le Trianon, 80 boulevard de Rochechouart, Paris, France`. */
export function fullPlace(venue: Venue, language: Language, online: string): string {
  const parts = [venue.name, venue.address, venue.city, countryName(venue.country, language)].filter(Boolean)
  return parts.join(', ') || (venue.online ? online : '')
}
