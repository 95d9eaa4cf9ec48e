import { describeWhen } from '../formats/dates.ts'
import { formatMoney } from '../formats/money.ts'
import type { Part } from './letter.ts'
import type { OrderLetterInput } from './order-parts.ts'

const WAYS = ['stripe', 'paypal', 'bank-transfer', 'simulated'] as const

/** The receipt: how, how much and when. Nothing where nothing was paid. */
export function paymentPart({ order, occasion, t }: OrderLetterInput): Part | undefined {
  const { payment, confirmedAt, language } = order
  if (payment?.state !== 'succeeded' || payment.amountMinor === 0) return undefined
  const way = WAYS.find((known) => known === payment.provider) ?? 'other'
  const when = confirmedAt
    ? describeWhen({ startsAt: confirmedAt, endsAt: confirmedAt, timeZone: occasion.timeZone }, language)
    : undefined
  return {
    is: 'facts',
    label: t('payment.label'),
    rows: [
      { label: t('payment.paid'), value: formatMoney(payment.amountMinor, payment.currency, language) },
      { label: t('payment.how'), value: t(payment.test ? 'payment.way-test' : `payment.way-${way}`) },
      ...(when ? [{ label: t('payment.when'), value: `${when.starts} (${when.zone})` }] : []),
    ],
  }
}
