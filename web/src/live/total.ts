import { feeOf } from '../money/fee.ts'
import { formatMoney, parseMoney } from '../money/money.ts'
import type { Settings } from './sale.ts'

/** Writes what the chosen tickets cost together, and asks who buys where a chosen ticket is limited for each person. */
export function addUp(form: HTMLFormElement, { currency, language, free, fee }: Settings): void {
  let minor = 0
  let count = 0
  let perPerson = false
  for (const row of form.querySelectorAll<HTMLElement>('[data-type]')) {
    const quantity = quantityIn(row)
    if (quantity === 0) continue
    count += quantity
    perPerson ||= row.dataset.perPerson !== undefined
    minor += quantity * (priceIn(row, currency, fee) ?? Number.NaN)
  }
  const output = form.querySelector('[data-total]')
  // An amount that cannot be read yet: somebody is typing.
  const text = Number.isNaN(minor) ? '…' : count > 0 && minor === 0 ? free : formatMoney(minor, currency, language)
  if (output && output.textContent !== text) output.textContent = text
  const buyer = form.querySelector<HTMLElement>('[data-buyer]')
  if (buyer && perPerson) buyer.hidden = false
}

export function quantityIn(row: HTMLElement): number {
  const field = row.querySelector<HTMLSelectElement | HTMLInputElement>('[name^="quantity."]')
  return field && !field.disabled ? Math.max(0, Math.trunc(Number(field.value)) || 0) : 0
}

/** With everything in it: a price that the buyer names grows by the fee. */
function priceIn(row: HTMLElement, currency: string, fee: Settings['fee']): number | null {
  if (row.dataset.pricing !== 'chosen') return Number(row.dataset.price)
  const typed = parseMoney(row.querySelector<HTMLInputElement>('[name^="price."]')?.value ?? '', currency)
  if (!typed || !fee) return typed
  return typed + feeOf(typed, fee, currency)
}
