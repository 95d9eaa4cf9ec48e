import { Type } from 'typebox'

/** A text in at least one of our languages. */
export interface Texts {
  en?: string
  fr?: string
}

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '\\S' })

export const textsOf = (maxLength: number) =>
  Type.Object({ en: Type.Optional(text(maxLength)), fr: Type.Optional(text(maxLength)) }, { minProperties: 1 })

export const TextsAnswer = Type.Object({ en: Type.Optional(Type.String()), fr: Type.Optional(Type.String()) })

/** The text in a language, or in the other when it is missing there. */
export function inLanguage(texts: Texts, locale: string): string {
  return (locale === 'fr' ? (texts.fr ?? texts.en) : (texts.en ?? texts.fr)) ?? ''
}
