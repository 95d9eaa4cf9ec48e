import { type Html, html } from './html.ts'
import type { Language } from './language.ts'

/** An instant for people, in the machine's own zone, which on a laptop is the reader's. */
export function timeElement(instant: string, language: Language): Html {
  const text = new Intl.DateTimeFormat(language === 'fr' ? 'fr-FR' : 'en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(new Date(instant))
  return html`<time datetime="${instant}">${text}</time>`
}
