import { Check } from '../forms/check.server.ts'
import { textValues } from '../forms/refusal.server.ts'
import type { Translate } from '../messages/text.ts'
import { parseMoney } from '../money/money.ts'
import { toInstant } from '../time/local-time.server.ts'

/** The form of a new code as text; boxes that share a name are one value. */
export function promoCodeValues(data: FormData): Record<string, string> {
  return { unlocks: '', ...textValues(data), ticketTypeIds: data.getAll('ticketTypeIds').join(' ') }
}

/** Reads the form of a new code into the body of createPromoCode. */
export function checkPromoCode(
  values: Record<string, string>,
  t: Translate,
): { check: Check; body: Record<string, unknown> } {
  const check = new Check(values, t)
  const { code, discount = 'percent', currency = 'EUR', timeZone = 'UTC' } = values
  if (code && !/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(code)) check.refuse('code', t('console.code.codeFault'))
  const ticketTypeIds = (values.ticketTypeIds ?? '').split(' ').filter(Boolean)
  const unlocks = values.unlocks === 'on'
  const body: Record<string, unknown> = { ticketTypeIds, unlocks, ...(code ? { code } : {}) }
  if (discount === 'percent') {
    const percent = Number((values.percent || 'none').replace(/\s*%$/, ''))
    if (!Number.isInteger(percent) || percent < 1 || percent > 100)
      check.refuse('percent', t('console.code.percentFault'))
    body.discountPercent = percent
  } else if (discount === 'amount') {
    const amount = parseMoney(values.amount ?? '', currency)
    if (!amount) check.refuse('amount', t('fault.money'))
    body.discountMinor = amount
  } else if (!unlocks) check.refuse('discount', t('console.code.nothing'))
  if (unlocks && ticketTypeIds.length === 0) check.refuse('ticketTypeIds', t('console.code.typesMissing'))
  if (values.usesMax) {
    const uses = Number(values.usesMax)
    if (!Number.isInteger(uses) || uses < 1) check.refuse('usesMax', t('fault.whole', { least: 1 }))
    body.usesMax = uses
  }
  for (const field of ['startsAt', 'endsAt'] as const) {
    const typed = values[field]
    if (!typed) continue
    const instant = toInstant(typed, timeZone)
    if (!instant) check.refuse(field, t('console.event.timeUnknown'))
    body[field] = instant
  }
  if (typeof body.startsAt === 'string' && typeof body.endsAt === 'string' && body.endsAt <= body.startsAt)
    check.refuse('endsAt', t('console.event.endsBefore'))
  return { check, body }
}

/** The input of a field that the service named. */
export function promoCodeField(pointer: string): string {
  const [, first = ''] = pointer.split('/')
  return { discountPercent: 'percent', discountMinor: 'amount' }[first] ?? first
}
