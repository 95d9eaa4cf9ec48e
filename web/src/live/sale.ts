import type { Language } from '../messages/language.ts'
import { followSale } from './follow-sale.ts'
import { keepChoice } from './keep-choice.ts'
import { sendAgain } from './send-again.ts'
import { showSale } from './show-sale.ts'
import { addUp } from './total.ts'

/** What the event page tells its script. */
export interface Settings {
  /** What is on sale, as the service answers it. */
  url: string
  currency: string
  language: Language
  /** What comes on top of a price that the buyer names. */
  fee: { percentBp: number; fixedMinor: number } | null
  free: string
  /** "3 left", by number. */
  remaining: string[]
}

// The event page works without this. It adds up, follows the sale, and presses the button again while the sale is busy.
const form = document.querySelector<HTMLFormElement>('form[data-sale]')
if (form) {
  const settings = JSON.parse(form.dataset.sale ?? '') as Settings
  const total = () => addUp(form, settings)
  form.addEventListener('input', total)
  // Back brings the chosen quantities, and no event.
  window.addEventListener('pageshow', total)
  total()
  keepChoice(form)
  sendAgain(form)
  followSale(settings.url, (items) => {
    showSale(form, items, settings)
    total()
  })
}
