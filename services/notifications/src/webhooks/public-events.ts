import { type TObject, Type } from 'typebox'
import {
  EventCancelledData,
  EventData,
  EventDeletedData,
  EventRescheduledData,
  MessageFailedData,
  OrderData,
  OrderRefundData,
  PaymentRefundData,
  TicketCheckedInData,
  WaitingListJoinedData,
  WaitingListOfferedData,
} from './public-data.ts'

interface PublicEventType {
  /** The message that it is made of: the fields of `data` that the message has. */
  from: string
  says: { en: string; fr: string }
  data: TObject
}

/** What organizers may be told of: the contract of webhooks and of the broker's public exchange (contracts/http/webhooks.yaml). */
export const PUBLIC_EVENTS = {
  'order.confirmed': {
    from: 'tickets.order-confirmed.v1',
    says: {
      en: 'An order is paid, or was free: its tickets exist.',
      fr: 'Une commande est payée, ou était gratuite : ses billets existent.',
    },
    data: OrderData,
  },
  'order.refunded': {
    from: 'tickets.order-refunded.v1',
    says: { en: 'The last tickets of an order became void.', fr: 'Les derniers billets d’une commande sont annulés.' },
    data: OrderRefundData,
  },
  'order.partially_refunded': {
    from: 'tickets.order-partially-refunded.v1',
    says: {
      en: 'Money went back for a part of an order; the rest stays.',
      fr: 'Une partie d’une commande est remboursée ; le reste demeure.',
    },
    data: OrderRefundData,
  },
  'payment.refunded': {
    from: 'tickets.payment-refunded.v1',
    says: { en: 'Money that bought nothing went back.', fr: 'Une somme qui n’a rien acheté est rendue.' },
    data: PaymentRefundData,
  },
  'ticket.checked_in': {
    from: 'tickets.ticket-checked-in.v1',
    says: { en: 'The bearer of a ticket has come in.', fr: 'Le porteur d’un billet est entré.' },
    data: TicketCheckedInData,
  },
  'event.published': {
    from: 'events.event-published.v1',
    says: { en: 'An event is public.', fr: 'Un événement est public.' },
    data: EventData,
  },
  'event.updated': {
    from: 'events.event-updated.v1',
    says: { en: 'Something about a public event changed.', fr: 'Un événement public a changé.' },
    data: EventData,
  },
  'event.rescheduled': {
    from: 'events.event-rescheduled.v1',
    says: { en: 'A public event has another time.', fr: 'Un événement public change de date.' },
    data: EventRescheduledData,
  },
  'event.cancelled': {
    from: 'events.event-cancelled.v1',
    says: { en: 'An event will not take place.', fr: 'Un événement n’aura pas lieu.' },
    data: EventCancelledData,
  },
  'event.deleted': {
    from: 'events.event-deleted.v1',
    says: { en: 'An event is gone; it had no orders.', fr: 'Un événement est supprimé ; il n’avait pas de commandes.' },
    data: EventDeletedData,
  },
  'waiting_list.joined': {
    from: 'tickets.waiting-list-joined.v1',
    says: {
      en: 'Somebody waits for places of a sold-out ticket type.',
      fr: 'Quelqu’un attend des places d’un tarif épuisé.',
    },
    data: WaitingListJoinedData,
  },
  'waiting_list.offered': {
    from: 'tickets.waiting-list-offered.v1',
    says: {
      en: 'Freed places are kept for somebody who waited.',
      fr: 'Des places libérées sont gardées pour quelqu’un qui attendait.',
    },
    data: WaitingListOfferedData,
  },
  'message.failed': {
    from: 'notifications.delivery-failed.v1',
    says: { en: 'A mail or an SMS could not be delivered.', fr: 'Un e-mail ou un SMS n’a pas pu être remis.' },
    data: MessageFailedData,
  },
} as const satisfies Record<string, PublicEventType>

export type PublicType = keyof typeof PUBLIC_EVENTS
export const PUBLIC_TYPES = Object.keys(PUBLIC_EVENTS) as PublicType[]

export const PublicTypeSchema = Type.Enum(PUBLIC_TYPES)

/** The public data of a message: the fields that the contract names, and nothing that a later message may carry besides. */
export function publicData(type: PublicType, data: Record<string, unknown>): Record<string, unknown> {
  const known = Object.keys(PUBLIC_EVENTS[type].data.properties)
  return Object.fromEntries(known.filter((field) => Object.hasOwn(data, field)).map((field) => [field, data[field]]))
}

/** Data of the right form about nothing that exists, for a test event. */
export function exampleData(type: PublicType, organizerId: string): Record<string, unknown> {
  const { properties } = PUBLIC_EVENTS[type].data as TObject
  const examples = Object.entries(properties).map(([name, schema]) => [
    name,
    (schema as { examples?: unknown[] }).examples?.[0],
  ])
  return { ...Object.fromEntries(examples), organizerId }
}

export interface PublicEvent {
  /** A TypeID (`msg_…`): the same on every delivery, so that receivers can tell a repetition. */
  id: string
  type: string
  /** When the fact was recorded, RFC 3339 UTC. */
  timestamp: string
  data: Record<string, unknown>
  test: boolean
}

/** The body of a webhook, and of a message on the public exchange (Standard Webhooks 1.0: type, timestamp, data). */
export function bodyOf({ type, timestamp, data, test }: PublicEvent): string {
  return JSON.stringify({ type, timestamp, ...(test ? { test } : {}), data })
}
