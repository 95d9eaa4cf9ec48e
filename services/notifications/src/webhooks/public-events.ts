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
  says: string
  data: TObject
}

/** What organizers may be told of: the contract of webhooks and of the broker's public exchange (contracts/webhooks.yaml). */
export const PUBLIC_EVENTS = {
  'order.confirmed': {
    from: 'tickets.order-confirmed.v1',
    says: 'An order is paid, or was free: its tickets exist.',
    data: OrderData,
  },
  'order.refunded': {
    from: 'tickets.order-refunded.v1',
    says: 'The last tickets of an order became void.',
    data: OrderRefundData,
  },
  'order.partially_refunded': {
    from: 'tickets.order-partially-refunded.v1',
    says: 'Money went back for a part of an order; the rest stays.',
    data: OrderRefundData,
  },
  'payment.refunded': {
    from: 'tickets.payment-refunded.v1',
    says: 'Money that bought nothing went back.',
    data: PaymentRefundData,
  },
  'ticket.checked_in': {
    from: 'tickets.ticket-checked-in.v1',
    says: 'The bearer of a ticket has come in.',
    data: TicketCheckedInData,
  },
  'event.published': {
    from: 'events.event-published.v1',
    says: 'An event is public.',
    data: EventData,
  },
  'event.updated': {
    from: 'events.event-updated.v1',
    says: 'Something about a public event changed.',
    data: EventData,
  },
  'event.rescheduled': {
    from: 'events.event-rescheduled.v1',
    says: 'A public event has another time.',
    data: EventRescheduledData,
  },
  'event.cancelled': {
    from: 'events.event-cancelled.v1',
    says: 'An event will not take place.',
    data: EventCancelledData,
  },
  'event.deleted': {
    from: 'events.event-deleted.v1',
    says: 'An event is gone; it had no orders.',
    data: EventDeletedData,
  },
  'waiting_list.joined': {
    from: 'tickets.waiting-list-joined.v1',
    says: 'Somebody waits for places of a sold-out ticket type.',
    data: WaitingListJoinedData,
  },
  'waiting_list.offered': {
    from: 'tickets.waiting-list-offered.v1',
    says: 'Freed places are kept for somebody who waited.',
    data: WaitingListOfferedData,
  },
  'message.failed': {
    from: 'notifications.delivery-failed.v1',
    says: 'A mail or an SMS could not be delivered.',
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
