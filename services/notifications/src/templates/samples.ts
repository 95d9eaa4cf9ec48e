import type { Language } from '@guichet/problem'
import { asHolder } from '../content/held-ticket.ts'
import type { Order } from '../content/order.ts'
import type { Entry } from '../content/waiting-entry.ts'
import type { EventFacts } from '../db.ts'
import { KINDS, type Kind, ruleOf } from '../kinds.ts'
import { type AccountKind, composeAccountLetter } from '../letters/account-letter.ts'
import { composeHoldReminder } from '../letters/hold-reminder.ts'
import type { LetterContext, LetterDraft } from '../letters/letter.ts'
import { composeOrderLetter, type OrderKind } from '../letters/order-letter.ts'
import type { OrderLetterInput } from '../letters/order-parts.ts'
import { composePaymentFailed } from '../letters/payment-failed.ts'
import { composeWaitingJoined } from '../letters/waiting-joined.ts'
import { composeWaitingOffered } from '../letters/waiting-offered.ts'
import type { Attachment } from '../mail/mailer.ts'
import { textsOf } from '../messages/texts.ts'
import { sampleOrder } from './sample-order.ts'

/** What a sample is made of. */
export interface SampleContext extends LetterContext {
  language: Language
  /** A real one, or a made-up one. */
  order: Order
  /** Beside the letters that bring tickets. */
  pdf?: Attachment
}

type Sample = (context: SampleContext) => LetterDraft

const HOUR = 3_600_000

/** A letter of each kind, about a given order: for previews, for trying templates out, for the gallery. */
const SAMPLES: Partial<Record<Kind | 'email-change-taken', Sample>> = {
  'order-confirmation': ofOrder('order-confirmation'),
  'transfer-instructions': (context) =>
    orderSample('transfer-instructions', {
      ...context,
      order: {
        ...context.order,
        transfer: {
          beneficiary: 'Opéra de Paris',
          iban: 'FR1420041010050500013M02606',
          bic: 'PSSTFRPPPAR',
          reference: 'RF18 5390 0754 7034',
          dueAt: new Date(context.now.getTime() + 168 * HOUR).toISOString(),
        },
      },
    }),
  'order-refund': ofOrder('order-refund'),
  'order-partial-refund': (context) =>
    orderSample('order-partial-refund', context, {}, Math.round(context.order.totalMinor / 2)),
  'payment-refund': ofOrder('payment-refund'),
  'event-cancelled': (context) =>
    orderSample('event-cancelled', context, {
      version: 5,
      cancellationReason: { en: 'The singer has lost her voice.', fr: 'La chanteuse est aphone.' },
    }),
  'event-rescheduled': (context) => {
    const { startsAt, endsAt, timeZone, title } = context.order.event
    const shift = (at: string) => new Date(Date.parse(at) - 168 * HOUR).toISOString()
    const previousStartsAt = shift(startsAt)
    const previous = { startsAt: previousStartsAt, endsAt: shift(endsAt), timeZone }
    const names = { en: title, fr: title }
    return orderSample('event-rescheduled', context, {
      startsAt,
      endsAt,
      timeZone,
      title: names,
      previousStartsAt,
      previous,
    })
  },
  'event-moved': (context) => {
    const place = {
      name: 'Opéra Bastille',
      address: 'Place de la Bastille',
      city: 'Paris',
      country: 'FR',
      online: false,
    }
    return orderSample('event-moved', context, { previous: { venue: place } })
  },
  'event-reminder': (context) =>
    orderSample('event-reminder', {
      ...context,
      now: new Date(Date.parse(context.order.event.startsAt) - 48 * HOUR),
    }),
  'ticket-received': (context) => orderSample('ticket-received', heldBy(context)),
  'ticket-passed-on': (context) =>
    orderSample('ticket-passed-on', {
      ...context,
      order: { ...context.order, tickets: heldBy(context).order.tickets },
    }),
  'ticket-taken-back': (context) => orderSample('ticket-taken-back', heldBy(context)),
  'hold-reminder': (context) => composeHoldReminder(holdInput(context)),
  'payment-failed': (context) => composePaymentFailed(holdInput(context)),
  'email-confirmation': ofAccount('email-confirmation'),
  'password-reset': ofAccount('password-reset'),
  'sign-up-repeated': ofAccount('sign-up-repeated'),
  'password-changed': ofAccount('password-changed'),
  'member-added': ofAccount('member-added'),
  'webhook-endpoint-off': (context) => {
    const draft = ofAccount('webhook-endpoint-off')(context)
    return { ...draft, variables: { ...draft.variables, webhook: { host: 'hooks.example.org', reason: 'failing' } } }
  },
  'email-change': ofAccount('email-change'),
  'email-change-taken': ofAccount('email-change-taken'),
  'email-changed': ofAccount('email-changed'),
  'account-deleted': ofAccount('account-deleted'),
  'waiting-list-joined': (context) => composeWaitingJoined(sampleEntry(context), context),
  'waiting-list-offered': (context) =>
    composeWaitingOffered(
      sampleEntry(context),
      { ...context.order, expiresAt: new Date(context.now.getTime() + 3 * HOUR).toISOString() },
      context,
    ),
}

/** Kinds whose words an organizer may change: all but those of the platform about accounts. */
export const EDITABLE_KINDS = KINDS.filter((kind) => kind in SAMPLES && ruleOf(kind).about !== 'account')
export const SAMPLE_KINDS: readonly string[] = Object.keys(SAMPLES)

/** A letter of a kind with made-up facts; about `order`, or a made-up one. */
export function sampleDraft(
  kind: string,
  context: Omit<SampleContext, 'order'> & { order?: Order | undefined },
): LetterDraft {
  const sample = SAMPLES[kind as keyof typeof SAMPLES]
  if (!sample) throw new Error(`There is no sample of ${kind}`)
  return sample({ ...context, order: context.order ?? sampleOrder(context.language) })
}

/** A hold that ends in three minutes. */
function holdInput(context: SampleContext): OrderLetterInput {
  const expiresAt = new Date(context.now.getTime() + HOUR / 20).toISOString()
  const order = { ...context.order, expiresAt, number: context.order.number.slice(-6) }
  return { ...context, order, occasion: order.event, facts: {}, t: textsOf(context.language) }
}

/** Its first ticket, passed on to somebody. */
function heldBy(context: SampleContext): SampleContext {
  const [first] = context.order.tickets
  const ticket = {
    id: first?.id || 'tkt_01kanw8f7re8ksz8zkz3q2x4vf',
    typeName: first?.typeName ?? '',
    holderName: 'Amina Diallo',
    valid: true,
    holder: { email: 'amina@example.org', secret: 'example', issue: 2 },
  }
  return { ...context, order: asHolder(context.order, ticket, 'amina@example.org') }
}

function ofOrder(kind: OrderKind): Sample {
  return (context) => orderSample(kind, context)
}

function orderSample(kind: OrderKind, context: SampleContext, facts: EventFacts = {}, refunded?: number): LetterDraft {
  const { order } = context
  const amountMinor = refunded ?? order.totalMinor
  const refund = { amountMinor, tickets: refunded === undefined ? order.tickets.length : 1, reason: 'late-payment' }
  return composeOrderLetter(kind, order, { ...context, facts, refund })
}

function ofAccount(kind: AccountKind): Sample {
  return ({ language, now, shop }) =>
    composeAccountLetter(
      kind,
      {
        url: `${shop.url}/${language}/confirm-email?token=…`,
        email: 'zoe@example.org',
        name: 'Zoë Lefèvre',
        language,
        expiresAt: new Date(now.getTime() + (kind === 'email-changed' ? 7 * 24 : 24) * HOUR),
        ...(kind === 'member-added' ? { organizer: { name: 'Opéra de Paris', role: 'manager' } } : {}),
        ...(kind === 'webhook-endpoint-off' ? { organizer: { name: 'Opéra de Paris', role: 'owner' } } : {}),
      },
      { now, shop },
    )
}

function sampleEntry({ language, order }: SampleContext): Entry {
  return {
    id: 'wle_01kanw8f7re8ksz8zkz3q2x4ve',
    state: 'waiting',
    language,
    email: 'zoe@example.org',
    typeName: order.lines[0]?.name ?? '',
    quantity: 3,
    event: order.event,
    secret: 'example',
  }
}
