import { Type } from 'typebox'

const SUFFIX = '01kanw8f7re8ksz8zkz3q2x4vc'
const id = (prefix: string, description: string) =>
  Type.String({ pattern: `^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`, description, examples: [`${prefix}_${SUFFIX}`] })
const instant = (description: string, example: string) =>
  Type.String({ format: 'date-time', description, examples: [example] })
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T, example: unknown) =>
  Type.Union([type, Type.Null()], { examples: [example] })

const ofEvent = {
  eventId: id('evt', 'The event.'),
  organizerId: id('org', 'Whose event it is.'),
}
const orderId = id('ord', 'GET /api/tickets/v1/orders/{orderId} tells what it holds now.')
const reason = (values: string[], example: string) => Type.Enum(values, { examples: [example] })

export const OrderData = Type.Object({ orderId, ...ofEvent })

export const OrderRefundData = Type.Object({
  orderId,
  ...ofEvent,
  refundId: Type.Optional(id('rfd', 'The refund.')),
  reason: Type.String({
    description: 'requested, event-cancelled, self-service; more may come.',
    examples: ['requested'],
  }),
})

export const PaymentRefundData = Type.Object({
  refundId: id('rfd', 'The refund.'),
  paymentId: id('pay', 'The payment that went back.'),
  orderId,
  ...ofEvent,
  reason: Type.String({ description: 'Why it bought nothing, e.g. late-payment.', examples: ['late-payment'] }),
})

export const TicketCheckedInData = Type.Object({
  ticketId: id('tkt', 'The ticket.'),
  orderId,
  ...ofEvent,
  checkedInAt: instant('When its bearer came in.', '2027-05-01T17:40:12.000Z'),
})

const texts = Type.Object(
  { en: Type.Optional(Type.String()), fr: Type.Optional(Type.String()) },
  { examples: [{ en: 'Night at the Opera', fr: 'Nuit à l’Opéra' }] },
)
const eventFields = {
  ...ofEvent,
  version: Type.Integer({
    description: 'Events may overtake each other: the highest version is the newest.',
    examples: [3],
  }),
  status: reason(['draft', 'published', 'cancelled'], 'published'),
  title: texts,
  startsAt: instant('When it begins.', '2027-05-01T18:00:00.000Z'),
  endsAt: instant('When it ends.', '2027-05-01T21:00:00.000Z'),
  timeZone: Type.String({ examples: ['Europe/Paris'] }),
  venue: Type.Object(
    {
      name: Type.Optional(nullable(Type.String(), 'Opéra Garnier')),
      address: Type.Optional(nullable(Type.String(), '8 rue Scribe')),
      city: Type.Optional(nullable(Type.String(), 'Paris')),
      country: Type.Optional(nullable(Type.String(), 'FR')),
      online: Type.Boolean(),
    },
    { examples: [{ name: 'Opéra Garnier', address: '8 rue Scribe', city: 'Paris', country: 'FR', online: false }] },
  ),
  category: Type.Optional(nullable(Type.String(), 'concert')),
}
export const EventData = Type.Object(eventFields)
export const EventRescheduledData = Type.Object({
  ...eventFields,
  previousStartsAt: instant('When it would have begun before.', '2027-04-30T18:00:00.000Z'),
})
export const EventCancelledData = Type.Object({
  ...eventFields,
  status: reason(['cancelled'], 'cancelled'),
  cancellationReason: Type.Optional(nullable(Type.Object(texts.properties), { en: 'The singer has lost her voice.' })),
})
export const EventDeletedData = Type.Object({ ...ofEvent, version: eventFields.version })

export const WaitingListJoinedData = Type.Object({
  entryId: id('wle', 'The entry of the waiting list.'),
  ...ofEvent,
  ticketTypeId: id('typ', 'The ticket type that is sold out.'),
})
export const WaitingListOfferedData = Type.Object({
  entryId: id('wle', 'The entry of the waiting list.'),
  orderId: id('ord', 'The hold that keeps the places.'),
  ...ofEvent,
})

export const MessageFailedData = Type.Object({
  deliveryId: id('dlv', 'GET /api/notifications/v1/deliveries/{deliveryId} tells more.'),
  organizerId: ofEvent.organizerId,
  orderId: Type.Optional(nullable(orderId, `ord_${SUFFIX}`)),
  eventId: Type.Optional(nullable(ofEvent.eventId, `evt_${SUFFIX}`)),
  kind: Type.String({ description: 'Which message, e.g. order-confirmation.', examples: ['order-confirmation'] }),
  channel: reason(['email', 'sms'], 'email'),
  state: Type.Optional(Type.String({ description: 'bounced or failed.', examples: ['bounced'] })),
})
