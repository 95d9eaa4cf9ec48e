import type { Texts } from './texts.ts'
import type { Venue } from './venue.ts'

const LIGATURES: Record<string, string> = { œ: 'oe', æ: 'ae', ß: 'ss', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' }

/**
 * Lower case without accents, so that "theatre" finds "Théâtre". Done here and not by PostgreSQL's `unaccent`, whose
 * rules differ between versions and which may not stand in an index.
 */
export function foldText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[œæßøłđðþı]/g, (letter) => LIGATURES[letter] ?? letter)
    .replace(/[\s’'"«»“”.,;:!?()/–—-]+/g, ' ')
    .trim()
}

/** What the search looks through: titles in both languages, venue, address and city. */
export function searchTextOf(title: Texts, venue: Venue): string {
  return foldText(
    [title.en, title.fr, venue.name, venue.address, venue.city].filter((part) => part !== undefined).join(' '),
  )
}

/** The LIKE patterns of a query: each word must occur somewhere. */
export function patternsOf(query: string): string[] {
  const words = foldText(query)
    .split(' ')
    .filter((word) => word !== '')
    .slice(0, 8)
  return words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`)
}
