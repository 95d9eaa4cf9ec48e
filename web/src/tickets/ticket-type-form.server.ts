import type { TicketType } from '../api/types.ts'
import { Check } from '../forms/check.server.ts'
import { textValues } from '../forms/refusal.server.ts'
import type { Translate } from '../messages/text.ts'
import { decimalMoney, parseMoney } from '../money/money.ts'
import { toInstant, toLocal } from '../time/local-time.server.ts'

interface Parsed {
  name: { en?: string; fr?: string }
  priceMinor: number
  currency: string
  capacity: number
  minPerOrder: number
  maxPerOrder: number
  salesStartAt: string | null
  salesEndAt: string | null
  hidden: boolean
  paused: boolean
  maxPerBuyer: number | null
  pricing: 'fixed' | 'chosen'
  suggestedPriceMinor: number | null
  addOnTo: string[]
  maxPerTicket: number | null
  /** Absent where the form did not ask: it stays. */
  vatRateId?: string | null
}

/** The form as text. Boxes that are not ticked are told too, so that they do not fall back to what was saved. */
export function ticketTypeValues(data: FormData): Record<string, string> {
  return {
    hidden: '',
    paused: '',
    ...textValues(data),
    addOnTo: data.getAll('addOnTo').join(' '),
  }
}

export function valuesOfType(item: TicketType, timeZone: string): Record<string, string> {
  return {
    'name.en': item.name.en ?? '',
    'name.fr': item.name.fr ?? '',
    price: decimalMoney(item.priceMinor, item.currency),
    currency: item.currency,
    capacity: String(item.capacity ?? ''),
    minPerOrder: String(item.minPerOrder),
    maxPerOrder: String(item.maxPerOrder),
    salesStartAt: item.salesStartAt ? toLocal(item.salesStartAt, timeZone) : '',
    salesEndAt: item.salesEndAt ? toLocal(item.salesEndAt, timeZone) : '',
    hidden: item.hidden ? 'on' : '',
    paused: item.paused ? 'on' : '',
    maxPerBuyer: String(item.maxPerBuyer ?? ''),
    pricing: item.pricing ?? 'fixed',
    suggestedPrice: item.suggestedPriceMinor == null ? '' : decimalMoney(item.suggestedPriceMinor, item.currency),
    addOnTo: (item.addOnTo ?? []).join(' '),
    maxPerTicket: String(item.maxPerTicket ?? ''),
    vatRateId: item.vatRateId ?? '',
  }
}

/** The input of a field that a service named. */
export function ticketTypeField(pointer: string): string {
  const [, first = '', second] = pointer.split('/')
  if (first === 'name') return `name.${second ?? 'en'}`
  return { priceMinor: 'price', suggestedPriceMinor: 'suggestedPrice' }[first] ?? first
}

/** Reads the form of a ticket type. `values.id` tells the forms of a page apart: their inputs have ids of their own. */
export function checkTicketType(values: Record<string, string>, t: Translate): { check: Check; parsed: Parsed } {
  const check = new Check(values, t)
  const inputOf = (field: string) => (values.id ? `${field}-${values.id}` : field)
  const whole = (field: string, least: number, otherwise: string): number => {
    const number = Number(values[field] || otherwise)
    if (!Number.isInteger(number) || number < least) check.refuse(inputOf(field), t('fault.whole', { least }))
    return number
  }
  const time = (field: string): string | null => {
    const typed = values[field]
    if (!typed) return null
    const instant = toInstant(typed, values.timeZone ?? 'UTC')
    if (!instant) check.refuse(inputOf(field), t('console.event.timeUnknown'))
    return instant
  }
  const en = values['name.en']
  const fr = values['name.fr']
  if (!en && !fr) check.refuse(inputOf('name.en'), t('console.type.nameMissing'))
  const currency = (values.currency ?? 'EUR').toUpperCase()
  if (!Intl.supportedValuesOf('currency').includes(currency))
    check.refuse(inputOf('currency'), t('console.type.currencyUnknown'))
  const priceMinor = parseMoney(values.price || '0', currency)
  if (priceMinor === null) check.refuse(inputOf('price'), t('fault.money'))
  const capacity = whole('capacity', 0, '')
  const minPerOrder = whole('minPerOrder', 1, '1')
  const maxPerOrder = whole('maxPerOrder', 1, '10')
  if (maxPerOrder < minPerOrder) check.refuse(inputOf('maxPerOrder'), t('console.type.maxBelowMin'))
  const salesStartAt = time('salesStartAt')
  const salesEndAt = time('salesEndAt')
  if (salesStartAt && salesEndAt && salesEndAt <= salesStartAt)
    check.refuse(inputOf('salesEndAt'), t('console.event.endsBefore'))
  const pricing = values.pricing === 'chosen' ? 'chosen' : 'fixed'
  const suggestion =
    pricing === 'chosen' && values.suggestedPrice ? parseMoney(values.suggestedPrice, currency) : undefined
  if (suggestion === null) check.refuse(inputOf('suggestedPrice'), t('fault.money'))
  else if (suggestion !== undefined && suggestion < (priceMinor ?? 0))
    check.refuse(inputOf('suggestedPrice'), t('console.type.suggestionBelowPrice'))
  const maxPerBuyer = values.maxPerBuyer ? whole('maxPerBuyer', 1, '') : null
  if (maxPerBuyer !== null && maxPerBuyer < minPerOrder)
    check.refuse(inputOf('maxPerBuyer'), t('console.type.maxBelowMin'))
  const addOnTo = (values.addOnTo ?? '').split(' ').filter(Boolean)
  const maxPerTicket = addOnTo.length > 0 && values.maxPerTicket ? whole('maxPerTicket', 1, '') : null
  const name = { ...(en ? { en } : {}), ...(fr ? { fr } : {}) }
  return {
    check,
    parsed: {
      name,
      priceMinor: priceMinor ?? 0,
      currency,
      capacity,
      minPerOrder,
      maxPerOrder,
      salesStartAt,
      salesEndAt,
      hidden: values.hidden === 'on',
      paused: values.paused === 'on',
      maxPerBuyer,
      pricing,
      suggestedPriceMinor: suggestion ?? null,
      addOnTo,
      maxPerTicket,
      ...(values.vatRateId === undefined ? {} : { vatRateId: values.vatRateId || null }),
    },
  }
}

/** The body to send: a change says `null` for an emptied date, a new type leaves it out. */
export function ticketTypeBody(parsed: Parsed, change: boolean): Record<string, unknown> {
  if (change) return { ...parsed }
  return Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== null))
}
