import { Check } from '../forms/check.server.ts'
import { textValues } from '../forms/refusal.server.ts'
import type { Translate } from '../messages/text.ts'
import { dayBegins, toLocal } from '../time/local-time.server.ts'
import type { BulkMessage, BulkSegment } from './bulk.ts'

/** The form of a message to many as text; boxes that share a name are one value. */
export function bulkValues(data: FormData): Record<string, string> {
  return { ...textValues(data), ticketTypeIds: data.getAll('ticketTypeIds').join(' ') }
}

/** A stored message as its form shows it. */
export function valuesOf(message: BulkMessage, timeZone: string): Record<string, string> {
  const { purpose, segment, subject, body } = message
  const day = (instant: string, beforeMs = 0) =>
    toLocal(new Date(Date.parse(instant) - beforeMs).toISOString(), timeZone).slice(0, 10)
  return {
    purpose,
    orderState: segment.orderState ?? 'confirmed',
    ticketTypeIds: (segment.ticketTypeIds ?? []).join(' '),
    checkedIn: segment.checkedIn === undefined ? '' : segment.checkedIn ? 'yes' : 'no',
    language: segment.language ?? '',
    boughtFrom: segment.boughtFrom ? day(segment.boughtFrom) : '',
    // The field names the last day that counts.
    boughtUntil: segment.boughtBefore ? day(segment.boughtBefore, 1) : '',
    'subject.en': subject.en ?? '',
    'subject.fr': subject.fr ?? '',
    'body.en': body.en ?? '',
    'body.fr': body.fr ?? '',
  }
}

/** What the text of a new message begins with. */
export function firstText(t: Translate): string {
  return t('console.bulk.first', { greeting: '{{ greeting }}', event: '{% event %}' })
}

/** Reads the form into what createBulkMessage and updateBulkMessage take. Days are the venue's. */
export function checkBulk(values: Record<string, string>, timeZone: string, t: Translate) {
  const check = new Check(values, t)
  const subject: Record<string, string> = {}
  const body: Record<string, string> = {}
  for (const language of ['fr', 'en'] as const) {
    const line = values[`subject.${language}`]
    const typed = values[`body.${language}`]?.replaceAll('\r\n', '\n')
    // What the form begins with is nobody's text.
    const text = !line && typed === firstText(t) ? '' : typed
    if (line) subject[language] = line
    if (text) body[language] = text
    if (line && !text)
      check.refuse(`body.${language}`, t('console.bulk.half.body', { language: t(`language.${language}`) }))
    if (!line && text)
      check.refuse(`subject.${language}`, t('console.bulk.half.subject', { language: t(`language.${language}`) }))
  }
  if (values.orderState === 'held' && (values.purpose ?? 'information') === 'information')
    check.refuse('purpose', t('console.bulk.heldAgreed'))
  if (Object.keys(subject).length === 0 && !check.failed) check.refuse('subject.fr', t('console.bulk.noWords'))
  return {
    check,
    body: { purpose: values.purpose ?? 'information', segment: segmentOf(values, timeZone), subject, body },
  }
}

function segmentOf(values: Record<string, string>, timeZone: string): BulkSegment {
  const types = (values.ticketTypeIds ?? '').split(' ').filter(Boolean)
  const from = dayBegins(values.boughtFrom ?? '', timeZone)
  const before = dayBegins(values.boughtUntil ?? '', timeZone, 1)
  return {
    ...(values.orderState && values.orderState !== 'confirmed'
      ? { orderState: values.orderState as 'refunded' | 'held' }
      : {}),
    ...(types.length > 0 ? { ticketTypeIds: types } : {}),
    ...(values.checkedIn ? { checkedIn: values.checkedIn === 'yes' } : {}),
    ...(values.language ? { language: values.language as 'en' | 'fr' } : {}),
    ...(from ? { boughtFrom: from } : {}),
    ...(before ? { boughtBefore: before } : {}),
  }
}

/** Which input a fault of the service belongs to. */
export function bulkField(pointer: string): string {
  const [, field = '', part = ''] = pointer.split('/')
  if (field === 'subject' || field === 'body') return `${field}.${part}`
  return part === 'boughtBefore' ? 'boughtUntil' : part || field
}
