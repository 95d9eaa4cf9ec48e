import type { Language } from '@guichet/problem'
import { cleanLine } from './clean-text.ts'

export type Localised = Partial<Record<Language, string>>

/** The text in the reader's language, or in the one there is; '' when there is none. */
export function inLanguage(text: Localised | null | undefined, language: Language, limit = 200): string {
  return cleanLine(text?.[language] ?? text?.[language === 'fr' ? 'en' : 'fr'], limit)
}

/** A locale such as `fr-FR` as a language that we write. */
export function languageOfLocale(locale: unknown): Language {
  return typeof locale === 'string' && /^fr\b/i.test(locale) ? 'fr' : 'en'
}
