import type { Language } from '@guichet/problem'
import sentences from './withdrawal.json' with { type: 'json' }

/**
 * What the law wants said of withdrawal from a paid order for a dated event, as of a day; undefined where nothing is
 * required. The sentences are data with the day from which they hold: a new law is a new entry, and old ones stay.
 */
export function withdrawalSentence(language: Language, at: Date): string | undefined {
  const day = at.toISOString().slice(0, 10)
  return sentences
    .filter((sentence) => sentence.language === language && sentence.validFrom <= day)
    .sort((a, b) => (a.validFrom < b.validFrom ? 1 : -1))[0]?.text
}
