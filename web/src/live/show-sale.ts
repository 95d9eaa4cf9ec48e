import type { TicketType } from '../api/types.ts'
import { LISTED_MAX, nearestQuantity, quantityChoices, quantityRange } from '../tickets/quantities.ts'
import type { Settings } from './sale.ts'

/** Shows what is on sale now in the page's rows, and says aloud what sold out or came back. */
export function showSale(form: HTMLFormElement, items: TicketType[], { remaining }: Settings): void {
  const rows = [...form.querySelectorAll<HTMLElement>('[data-type]')]
  const said: string[] = []
  for (const row of rows) {
    const item = items.find(({ id }) => id === row.dataset.type)
    if (item) said.push(...showType(row, item, remaining))
  }
  const announcer = document.querySelector('[data-announce]')
  if (announcer && said.length > 0) announcer.textContent = said.join('. ')
  const buyable = form.querySelector<HTMLElement>('[data-buyable]')
  if (buyable) buyable.hidden = !items.some(({ availability }) => availability === 'on-sale')
  // Another offer is another page: prices are never changed under somebody's eyes.
  const changed = document.querySelector<HTMLElement>('[data-offer-changed]')
  if (changed) changed.hidden = !isAnotherOffer(rows, items)
}

function showType(row: HTMLElement, item: TicketType, words: string[]): string[] {
  const before = [...row.querySelectorAll<HTMLElement>('[data-when]')].find(({ hidden }) => !hidden)?.dataset.when
  for (const look of row.querySelectorAll<HTMLElement>('[data-when]')) {
    const shown = look.dataset.when === item.availability
    look.hidden = !shown
    for (const field of look.querySelectorAll<HTMLInputElement | HTMLSelectElement>('input, select'))
      field.disabled = !shown
  }
  const left = row.querySelector<HTMLElement>('[data-remaining]')
  const word = item.remaining === null ? undefined : words[item.remaining]
  if (left) left.hidden = word === undefined
  const tag = left?.firstElementChild
  if (tag && word !== undefined && tag.textContent !== word) tag.textContent = word
  // What was chosen of a type that sells no more stays chosen, for when it does again.
  if (item.availability === 'on-sale') offer(row, item)
  if (before === item.availability) return []
  if (item.availability === 'sold-out') return [row.dataset.gone ?? '']
  return item.availability === 'on-sale' ? [row.dataset.back ?? ''] : []
}

/** The quantities that may be chosen now; the one chosen stays, as far as it can be had. */
function offer(row: HTMLElement, item: TicketType): void {
  const field = row.querySelector<HTMLSelectElement | HTMLInputElement>('[name^="quantity."]')
  if (!field) return
  const range = quantityRange(item)
  const chosen = nearestQuantity(Number(field.value), range)
  if (field instanceof HTMLInputElement) {
    field.max = String(Math.max(0, range.most))
    if (Number(field.value) > range.most) field.value = String(chosen)
    return
  }
  const choices = quantityChoices({ ...range, most: Math.min(range.most, LISTED_MAX) })
  const same = choices.length === field.options.length && Number(field.options[1]?.value ?? 0) === (choices[1] ?? 0)
  if (same) return
  field.replaceChildren(...choices.map((quantity) => new Option(String(quantity), String(quantity))))
  field.value = String(choices.includes(chosen) ? chosen : 0)
}

function isAnotherOffer(rows: HTMLElement[], items: TicketType[]): boolean {
  return items.some((item) => {
    const row = rows.find(({ dataset }) => dataset.type === item.id)
    // An add-on that goes with nothing on this page has no row.
    if (!row) return !item.addOnTo?.length || item.addOnTo.some((id) => items.some((other) => other.id === id))
    const price = String(item.codeAllInPriceMinor ?? item.allInPriceMinor ?? item.codePriceMinor ?? item.priceMinor)
    return row.dataset.price !== price || row.dataset.pricing !== (item.pricing ?? 'fixed')
  })
}
