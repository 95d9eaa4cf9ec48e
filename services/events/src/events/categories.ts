export const CATEGORIES = [
  'conference',
  'concert',
  'theatre',
  'festival',
  'exhibition',
  'sport',
  'workshop',
  'comedy',
  'family',
  'other',
] as const

export type Category = (typeof CATEGORIES)[number]
