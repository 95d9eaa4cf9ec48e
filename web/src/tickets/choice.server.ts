import { Check } from '../forms/check.server.ts'
import type { Translate } from '../messages/text.ts'
import { parseMoney } from '../money/money.ts'

export interface Line {
  ticketTypeId: string
  quantity: number
  /** Only where the buyer names the price. */
  chosenPriceMinor?: number
}

/** What an event page's form asks for: the order, as `tickets` takes it. */
export interface Choice {
  lines: Line[]
  promoCode?: string
  buyer?: { name: string; email: string }
}

/** The lines that a form asks for: its `quantity.<ticketTypeId>` fields above zero. */
export function linesOf(values: Record<string, string>): Line[] {
  return Object.entries(values)
    .filter(([name]) => name.startsWith('quantity.'))
    .map(([name, value]) => ({ ticketTypeId: name.slice('quantity.'.length), quantity: Number.parseInt(value, 10) }))
    .filter(({ quantity }) => quantity > 0)
    .sort((a, b) => (a.ticketTypeId < b.ticketTypeId ? -1 : 1))
}

/** Reads the form: `quantity.<id>`, `price.<id>` in its `currency`, the code, and who buys where that was asked. */
export function readChoice(values: Record<string, string>, t: Translate): { choice: Choice; check: Check } {
  const check = new Check(values, t)
  const lines = linesOf(values).map((line) => {
    const typed = values[`price.${line.ticketTypeId}`]
    if (typed === undefined) return line
    const chosenPriceMinor = parseMoney(typed, values.currency ?? 'EUR')
    if (chosenPriceMinor === null) check.refuse(`price.${line.ticketTypeId}`, t('fault.money'))
    return { ...line, chosenPriceMinor: chosenPriceMinor ?? 0 }
  })
  if (lines.length === 0) check.refuse('tickets', t('event.buy.none'))
  const choice: Choice = { lines }
  if (values.promoCode) choice.promoCode = values.promoCode
  if (values.name || values.email) choice.buyer = { name: check.required('name'), email: check.email('email') }
  return { choice, check }
}
