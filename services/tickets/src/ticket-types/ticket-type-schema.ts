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
    Type.Literal('sold-out'),
  ]),
  remaining: nullable(Type.Integer({ description: 'Only when few are left.' })),
  capacity: Type.Optional(Type.Integer({ description: 'For members only, as held, sold and version.' })),
  held: Type.Optional(Type.Integer()),
  sold: Type.Optional(Type.Integer()),
  version: Type.Optional(Type.Integer()),
})
