import type { Language } from '@guichet/problem'

/** A text in the languages that its author wrote. */
export type Texts = Partial<Record<Language, string>>

/** Merge of RFC 7396: a language given replaces, null removes, one not named stays. */
export function mergeTexts(present: Texts, patch: { [L in Language]?: string | null | undefined }): Texts {
  const merged: Texts = {}
  for (const language of ['en', 'fr'] as const) {
    const text = patch[language] === undefined ? present[language] : patch[language]
    if (text) merged[language] = text
  }
  return merged
}

export function isEmpty(texts: Texts): boolean {
  return !texts.en && !texts.fr
}
