import { type Static, Type } from 'typebox'
import { TextsAnswer, textsOf } from '../events/texts.ts'
import { PRICE_MINOR_MAX } from '../money/currency.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const instant = Type.String({ format: 'date-time' })

export const TicketTypeParams = Type.Object({ ticketTypeId: Type.String() })

const fields = {
  name: textsOf(120),
  description: nullable(textsOf(2_000)),
  priceMinor: Type.Integer({ minimum: 0, maximum: PRICE_MINOR_MAX, description: 'In minor units of the currency.' }),
  capacity: Type.Integer({ minimum: 0, maximum: 10_000_000 }),
  salesStartAt: nullable(instant),
  salesEndAt: nullable(Type.String({ format: 'date-time', description: 'Null: until the event ends.' })),
  minPerOrder: Type.Integer({ minimum: 1, maximum: 1_000 }),
  maxPerOrder: Type.Integer({ minimum: 1, maximum: 1_000 }),
  hidden: Type.Boolean({ description: 'Seen and bought only with a code that unlocks it.' }),
  paused: Type.Boolean({ description: 'Seen, but not sold for now.' }),
  maxPerBuyer: nullable(
    Type.Integer({
      minimum: 1,
      maximum: 1_000,
      description: 'Over all orders of a buyer; they then need an e-mail address.',
    }),
  ),
  pricing: Type.Union([Type.Literal('fixed'), Type.Literal('chosen')], {
    description: 'chosen: the buyer names the price, priceMinor is the least.',
  }),
  suggestedPriceMinor: nullable(
    Type.Integer({ minimum: 0, maximum: PRICE_MINOR_MAX, description: 'Only with a price that the buyer chooses.' }),
  ),
  addOnTo: Type.Array(Type.String({ maxLength: 40 }), {
    maxItems: 20,
    uniqueItems: true,
    description: 'Types of the event of which an order must have one; empty: sold by itself.',
  }),
  maxPerTicket: nullable(
    Type.Integer({
      minimum: 1,
      maximum: 1_000,
      description: 'How many of an add-on one such ticket allows; null: without limit.',
    }),
  ),
  vatRateId: nullable(
    Type.String({
      maxLength: 40,
      description: 'The VAT contained in the price, of the organizer’s rates; null: none.',
    }),
  ),
}

export const CreateTicketTypeBody = Type.Object({
  name: fields.name,
  priceMinor: fields.priceMinor,
  currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' }),
  capacity: fields.capacity,
  description: Type.Optional(fields.description),
  salesStartAt: Type.Optional(fields.salesStartAt),
  salesEndAt: Type.Optional(fields.salesEndAt),
  minPerOrder: Type.Optional(fields.minPerOrder),
  maxPerOrder: Type.Optional(fields.maxPerOrder),
  hidden: Type.Optional(fields.hidden),
  paused: Type.Optional(fields.paused),
  maxPerBuyer: Type.Optional(fields.maxPerBuyer),
  pricing: Type.Optional(fields.pricing),
  suggestedPriceMinor: Type.Optional(fields.suggestedPriceMinor),
  addOnTo: Type.Optional(fields.addOnTo),
  maxPerTicket: Type.Optional(fields.maxPerTicket),
  vatRateId: Type.Optional(fields.vatRateId),
})

export const UpdateTicketTypeBody = Type.Partial(Type.Object(fields), { minProperties: 1 })
export type UpdateTicketType = Static<typeof UpdateTicketTypeBody>

export const TicketTypeAnswer = Type.Object({
  id: Type.String(),
  name: TextsAnswer,
  description: Type.Optional(nullable(TextsAnswer)),
  priceMinor: Type.Integer(),
  currency: Type.String(),
  minPerOrder: Type.Integer(),
  maxPerOrder: Type.Integer(),
  salesStartAt: nullable(instant),
  salesEndAt: nullable(instant),
  availability: Type.Union([
    Type.Literal('on-sale'),
    Type.Literal('not-yet-open'),
    Type.Literal('ended'),
    Type.Literal('paused'),
    Type.Literal('sold-out'),
  ]),
  remaining: nullable(Type.Integer({ description: 'Only when few are left.' })),
  pricing: fields.pricing,
  suggestedPriceMinor: nullable(Type.Integer()),
  maxPerBuyer: nullable(Type.Integer()),
  addOnTo: Type.Array(Type.String()),
  maxPerTicket: nullable(Type.Integer()),
  codePriceMinor: nullable(Type.Integer({ description: 'The price with the code asked for, when that lowers it.' })),
  feeMinor: Type.Integer({ description: 'What the buyer pays on top of priceMinor, VAT included.' }),
  allInPriceMinor: Type.Integer({
    description: 'priceMinor + feeMinor: what one ticket costs, with everything in it.',
  }),
  codeAllInPriceMinor: nullable(Type.Integer({ description: 'The same with the code, when that lowers the price.' })),
  vatBp: nullable(Type.Integer({ description: 'VAT contained in the price, now, in basis points; null: none.' })),
  waitingList: Type.Boolean({ description: 'Sold out, and one may wait for a place.' }),
  capacity: Type.Optional(Type.Integer({ description: 'For members only, as all that follows.' })),
  held: Type.Optional(Type.Integer()),
  sold: Type.Optional(Type.Integer()),
  waiting: Type.Optional(Type.Integer({ description: 'Entries of the waiting list that had no offer yet.' })),
  hidden: Type.Optional(Type.Boolean()),
  paused: Type.Optional(Type.Boolean()),
  vatRateId: Type.Optional(nullable(Type.String())),
  version: Type.Optional(Type.Integer()),
})
