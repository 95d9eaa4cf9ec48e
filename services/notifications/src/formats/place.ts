import type { Language } from '@guichet/problem'
import { LOCALES } from './locales.ts'

interface Venue {
  name: string
  address: string
  city: string
  country: string
}

/** The venue in lines: its name; its address, city and country. A country code becomes the country's name. */
export function describePlace(venue: Venue, language: Language): { name: string; rest: string } {
  const parts = [venue.name, venue.address, venue.city, countryName(venue.country, language)]
  const [name = '', ...rest] = parts.filter((part, index) => part !== '' && parts.indexOf(part) === index)
  return { name, rest: rest.join(', ') }
}

function countryName(country: string, language: Language): string {
  if (!/^[A-Z]{2}$/.test(country)) return country
  return new Intl.DisplayNames(LOCALES[language], { type: 'region', fallback: 'code' }).of(country) ?? country
}
