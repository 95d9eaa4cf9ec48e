import type { TicketType } from '../api/types.ts'
import type { Fault } from '../forms/faults.ts'
import { type Language, pickText } from '../messages/language.ts'
import type { Translate } from '../messages/text.ts'
import { formatMoney } from '../money/money.ts'
import { formatShortDate, formatTime } from '../time/dates.ts'

/** Why `tickets` would not hold the places: its problem document, as far as a page tells it. */
export interface SaleRefusal {
  code: string
  ticketTypeId?: string
  facts: Record<string, unknown>
}

type Named = Pick<TicketType, 'id' | 'name' | 'currency'> & Partial<Pick<TicketType, 'availability' | 'addOnTo'>>

interface Reader {
  /** What the names are taken from. */
  items: readonly Named[]
  timeZone: string
  language: Language
  t: Translate
}

/**
 * A refusal in the reader's words, at the field that it is about. `undefined` for what concerns the order as a whole: the
 * service's own sentence says that.
 */
export function saleFault(refusal: SaleRefusal, reader: Reader): Fault | undefined {
  const { items, language, t } = reader
  const { code, facts } = refusal
  const item = items.find(({ id }) => id === refusal.ticketTypeId)
  const name = item ? pickText(item.name, language).text : t('refusal.someTicket')
  const at = (message: string, part: 'quantity' | 'price' = 'quantity'): Fault => {
    if (!item) return { field: 'tickets', message }
    return { field: item.availability === 'on-sale' ? `${part}.${item.id}` : `type.${item.id}`, message }
  }
  const count = (fact: string) => Number(facts[fact] ?? 0)
  switch (code) {
    case 'sold-out':
      return at(
        facts.waitingList
          ? t('refusal.awaited', { name })
          : t('refusal.soldOut', { name, remaining: count('remaining') }),
      )
    case 'limit-exceeded':
      return at(t('refusal.limit', { name, least: count('minPerOrder'), most: count('maxPerOrder') }))
    case 'sale-paused':
      return at(t('refusal.paused', { name }))
    case 'not-on-sale':
      return at(t('refusal.notOpen', { name, ...moment(String(facts.salesStartAt ?? ''), reader) }))
    case 'sale-ended':
      return at(t('refusal.ended', { name }))
    case 'ticket-type-unknown':
      return at(t('refusal.unknown', { name }))
    case 'add-on-alone':
      return at(t('refusal.addOnAlone', { name, tickets: namesOf(item?.addOnTo ?? [], reader) }))
    case 'add-on-limit-exceeded':
      return at(t('refusal.addOnLimit', { name, allowed: count('allowed') }))
    case 'price-not-chosen':
      return at(t('refusal.priceNotChosen', { name }))
    case 'price-below-minimum':
      return at(
        t('refusal.priceBelow', { name, price: formatMoney(count('priceMinor'), item?.currency ?? 'EUR', language) }),
        'price',
      )
    case 'buyer-required':
      return { field: 'name', message: t('refusal.buyerRequired', { name }) }
    case 'buyer-limit-exceeded':
      return at(t('refusal.buyerLimit', { name, most: count('maxPerBuyer'), already: count('already') }))
    case 'promo-code-invalid':
      return { field: 'code', message: t('refusal.codeInvalid') }
    case 'promo-code-used-up':
      return { field: 'code', message: t('refusal.codeUsedUp', { remaining: count('remaining') }) }
    default:
      return undefined
  }
}

/** "Standard, Student": the names of types that are on the page. */
export function namesOf(ids: readonly string[], { items, language }: Pick<Reader, 'items' | 'language'>): string {
  return items
    .filter(({ id }) => ids.includes(id))
    .map(({ name }) => pickText(name, language).text)
    .join(', ')
}

function moment(instant: string, { language, timeZone }: Reader): { date: string; time: string } {
  if (Number.isNaN(Date.parse(instant))) return { date: '', time: '' }
  return { date: formatShortDate(instant, language, timeZone), time: formatTime(instant, language, timeZone) }
}
