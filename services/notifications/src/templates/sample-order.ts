import type { Language } from '@guichet/problem'
import { type Order, type OrderAnswer, toOrder } from '../content/order.ts'

const ANSWER: OrderAnswer = {
  id: 'ord_01kanw8f7re8ksz8zkz3q2x4vc',
  eventId: 'evt_01kanw8f7re8ksz8zkz3q2x4vd',
  number: '2026-000042',
  state: 'confirmed',
  buyer: { name: 'Zoë Lefèvre', email: 'zoe@example.org' },
  event: {
    title: { en: 'Night at the Opera', fr: 'Nuit à l’Opéra' },
    startsAt: '2027-03-13T19:30:00.000Z',
    endsAt: '2027-03-13T22:00:00.000Z',
    timeZone: 'Europe/Paris',
    venue: { name: 'Opéra Garnier', address: '8 rue Scribe', city: 'Paris', country: 'FR', online: false },
    status: 'published',
  },
  lines: [
    { name: { en: 'Stalls', fr: 'Orchestre' }, quantity: 2, totalMinor: 123_450 },
    { name: { en: 'Programme', fr: 'Programme' }, quantity: 1, totalMinor: 0 },
  ],
  totalMinor: 123_450,
  currency: 'EUR',
  payment: { state: 'succeeded', provider: 'stripe', amountMinor: 123_450, currency: 'EUR', mode: 'live' },
  confirmedAt: '2027-01-10T08:58:00.000Z',
  tickets: [
    { typeName: { en: 'Stalls', fr: 'Orchestre' }, holderName: 'Zoë Lefèvre', state: 'valid' },
    { typeName: { en: 'Stalls', fr: 'Orchestre' }, holderName: null, state: 'valid' },
    { typeName: { en: 'Programme', fr: 'Programme' }, holderName: null, state: 'valid' },
  ],
  secret: null,
}

/** An order for those who have none yet. */
export function sampleOrder(language: Language): Order {
  return toOrder({ ...ANSWER, locale: language })
}
