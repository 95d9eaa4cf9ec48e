import { createIntl, createIntlCache } from '@formatjs/intl'
import type { Language } from '@guichet/problem'
import { LOCALES } from '../formats/locales.ts'
import english from './en.json' with { type: 'json' }
import french from './fr.json' with { type: 'json' }

export type MessageId = keyof typeof english
/** A message of the catalogue with its ICU arguments. What they hold is never read as ICU or as markup. */
export type Translate = (id: MessageId, values?: Record<string, string | number>) => string

const cache = createIntlCache()
const intls = {
  en: createIntl({ locale: LOCALES.en, messages: english, defaultLocale: LOCALES.en }, cache),
  fr: createIntl({ locale: LOCALES.fr, messages: french, defaultLocale: LOCALES.fr }, cache),
}

export function textsOf(language: Language): Translate {
  return (id, values) => intls[language].formatMessage({ id }, values)
}
