import { createIntl, createIntlCache } from '@formatjs/intl'
import { getContext, setContext } from 'svelte'
import type english from './en.json'
import { type Language, localeOf } from './language.ts'

export type MessageId = keyof typeof english
export type Catalogue = Record<string, string>
export type Values = Record<string, string | number>
/** A message of the catalogue in the page's language, with ICU arguments. */
export type Translate = (id: MessageId, values?: Values) => string

const cache = createIntlCache()
const known = new WeakMap<Catalogue, Translate>()

export function translator(language: Language, messages: Catalogue): Translate {
  const before = known.get(messages)
  if (before) return before
  const intl = createIntl({ locale: localeOf[language], messages, defaultLocale: localeOf[language] }, cache)
  const translate: Translate = (id, values) => intl.formatMessage({ id }, values)
  known.set(messages, translate)
  return translate
}

interface Words {
  readonly language: Language
  readonly t: Translate
}

const key = Symbol('words')

/** Called once, by the layout of a language. */
export function provideWords(words: Words): void {
  setContext(key, words)
}

/** The page's language and its texts, in any component below the layout. */
export function useWords(): Words {
  return getContext<Words>(key)
}
