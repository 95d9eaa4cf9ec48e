import type { Choice } from '../api/preferences.ts'
import type { Translate } from '../messages/text.ts'

/** The name of a choice's box. */
export function choiceName({ sender, purpose }: Choice): string {
  return `${sender}.${purpose}`
}

/** The sentence beside it: shown to the reader, and kept as the proof. */
export function choiceWording({ sender, purpose }: Choice, t: Translate): string {
  if (sender === 'platform') return t('preferences.platform.marketing')
  return t(`preferences.organizer.${purpose}`)
}
