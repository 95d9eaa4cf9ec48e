import { Type } from 'typebox'
import { ConsentAnswer } from '../consents/consent-schema.ts'
import { TextsAnswer } from '../events/texts.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(
  schema: T,
  options: { description?: string } = {},
) => Type.Union([schema, Type.Null()], options)
const instant = Type.String({ format: 'date-time' })

export const OrderParams = Type.Object({ orderId: Type.String() })

/** A body of a write that takes no fields. */
export const EmptyBody = Type.Union([Type.Object({}), Type.Null()])

export const OrderHeaders = Type.Object({
  'order-secret': Type.Optional(Type.String({ maxLength: 100, description: 'The guest’s key to the order.' })),
})

export const BuyerBody = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }),
  email: Type.String({ format: 'email', maxLength: 254 }),
})

export const LocaleBody = Type.Union([Type.Literal('en'), Type.Literal('fr')])

export const VenueAnswer = Type.Object({
  name: Type.Optional(nullable(Type.String())),
  address: Type.Optional(nullable(Type.String())),
  city: Type.Optional(nullable(Type.String())),
  country: Type.Optional(nullable(Type.String())),
  online: Type.Optional(Type.Boolean()),
})

export const OrderStateSchema = Type.Union([
  Type.Literal('held'),
  Type.Literal('confirmed'),
  Type.Literal('expired'),
  Type.Literal('cancelled'),
  Type.Literal('refunded'),
])

const PaymentStateSchema = Type.Union([
  Type.Literal('pending'),
  Type.Literal('succeeded'),
  Type.Literal('failed'),
  Type.Literal('refunded'),
])

export const PaymentAnswer = Type.Object({
  id: Type.String(),
  provider: Type.String(),
  state: PaymentStateSchema,
  amountMinor: Type.Integer(),
  currency: Type.String(),
  redirectUrl: nullable(
    Type.String({ description: 'Where the buyer pays; null when nothing is left to pay, and for a bank transfer.' }),
  ),
  mode: Type.Union([Type.Literal('test'), Type.Literal('live'), Type.Null()], {
    description: 'test: no money moves; null: nothing to pay.',
  }),
  instructions: nullable(
    Type.Object({
      beneficiary: Type.String(),
      iban: Type.String(),
      bic: nullable(Type.String()),
      reference: Type.String({ description: 'ISO 11649; the buyer must give it with the transfer.' }),
      dueAt: instant,
    }),
  ),
})

export const TicketAnswer = Type.Object({
  id: Type.String(),
  ticketTypeId: Type.String(),
  typeName: TextsAnswer,
  holderName: nullable(Type.String()),
  code: nullable(
    Type.String({
      description: 'Signed; lets its bearer in. Null for members who may not see it, and when it was passed on.',
    }),
  ),
  state: Type.Union([Type.Literal('valid'), Type.Literal('void')]),
  lineNumber: Type.Integer(),
  checkedInAt: nullable(instant),
  holder: nullable(
    Type.Object({
      email: nullable(Type.String({ description: 'Null when it was forgotten.' })),
      since: instant,
      secret: Type.Optional(Type.String({ description: 'The holder’s key to the ticket (for notifications only).' })),
    }),
    { description: 'Whom the buyer has passed it on to, who alone has the code then; null: nobody.' },
  ),
  transfersLeft: Type.Integer({ description: 'How often it can still be passed on.' }),
  transfers: Type.Array(
    Type.Object({
      kind: Type.Union([Type.Literal('passed-on'), Type.Literal('taken-back')]),
      at: instant,
      by: Type.String({ description: 'buyer, or the id of the member; the buyer reads organizer for these.' }),
      issue: Type.Integer({ description: 'Of the ticket from then on: its codes and keys of before are dead.' }),
    }),
    { description: 'Each time that it was passed on or taken back, oldest first.' },
  ),
})

export const VatTotalAnswer = Type.Object({
  bp: nullable(Type.Integer({ description: 'The rate in basis points; null: without VAT.' })),
  grossMinor: Type.Integer(),
  vatMinor: Type.Integer(),
})

export const OrderAnswer = Type.Object({
  id: Type.String(),
  number: nullable(Type.String({ description: 'Unbroken per organizer; given at confirmation.' })),
  eventId: Type.String(),
  event: Type.Object({
    title: TextsAnswer,
    startsAt: instant,
    endsAt: instant,
    timeZone: Type.String(),
    venue: VenueAnswer,
    status: Type.String(),
  }),
  organizerId: Type.String(),
  state: OrderStateSchema,
  lines: Type.Array(
    Type.Object({
      lineNumber: Type.Integer(),
      ticketTypeId: Type.String(),
      name: TextsAnswer,
      quantity: Type.Integer(),
      unitPriceMinor: Type.Integer(),
      fullPriceMinor: nullable(Type.Integer({ description: 'Without the code; null where none lowered the price.' })),
      unitFeeMinor: Type.Integer({ description: 'What the buyer pays on top for each ticket, VAT included.' }),
      vatBp: nullable(Type.Integer({ description: 'VAT contained in the price, in basis points; null: none.' })),
      feeVatBp: nullable(Type.Integer({ description: 'The same of the fee.' })),
      vatMinor: Type.Integer({ description: 'VAT contained in totalMinor.' }),
      totalMinor: Type.Integer({ description: 'quantity × (unitPriceMinor + unitFeeMinor).' }),
      voidQuantity: Type.Integer({ description: 'Of quantity, tickets that refunds have made void.' }),
    }),
  ),
  feeMinor: Type.Integer({ description: 'The fees contained in totalMinor.' }),
  vat: Type.Array(VatTotalAnswer, { description: 'What totalMinor contains of each rate.' }),
  totalMinor: Type.Integer({ description: 'In minor units of the currency (ISO 4217).' }),
  refundedMinor: Type.Integer({ description: 'Promised back of totalMinor, whether it has arrived yet or not.' }),
  currency: Type.String(),
  buyer: nullable(Type.Object({ name: Type.String(), email: Type.String(), phone: nullable(Type.String()) })),
  consents: Type.Array(ConsentAnswer),
  locale: Type.String(),
  promoCode: nullable(Type.String({ description: 'As the buyer typed it.' })),
  offer: Type.Boolean({ description: 'Offered to an entry of the waiting list.' }),
  expiresAt: Type.String({ format: 'date-time', description: 'Deadline of the hold.' }),
  extensionsLeft: Type.Integer(),
  secret: Type.Optional(
    Type.String({
      description: 'The guest’s key: at creation, with the answer of what makes another (and for notifications).',
    }),
  ),
  payment: nullable(PaymentAnswer),
  tickets: Type.Array(TicketAnswer),
  createdAt: instant,
  confirmedAt: nullable(instant),
  version: Type.Integer(),
})

export const OrderPage = Type.Object({ items: Type.Array(OrderAnswer), nextCursor: nullable(Type.String()) })

export const PageQuery = {
  cursor: Type.Optional(Type.String({ maxLength: 500 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
}
