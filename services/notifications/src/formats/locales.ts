import type { Language } from '@guichet/problem'

/** English is written for readers of many countries: day before month, 24 hours. */
export const LOCALES = { en: 'en-GB', fr: 'fr-FR' } as const satisfies Record<Language, string>
