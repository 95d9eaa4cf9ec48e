/**
 * A foreign text as one line: control characters, line ends and marks that turn the reading direction become spaces, so
 * that a name can be no second header, no second paragraph, and no other name than it looks. Cut at `limit` characters.
 */
export function cleanLine(text: unknown, limit = 200): string {
  if (typeof text !== 'string') return ''
  const line = text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
  const characters = [...line]
  return characters.length <= limit ? line : `${characters.slice(0, limit - 1).join('')}…`
}
