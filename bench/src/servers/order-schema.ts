import { Type } from 'typebox'

/** The body of placeOrder, as B2 and D check it. */
export const ORDER_SCHEMA = Type.Object({
  eventId: Type.String(),
  lines: Type.Array(
    Type.Object({ ticketTypeId: Type.String(), quantity: Type.Integer({ minimum: 1, maximum: 1_000 }) }),
    { minItems: 1, maxItems: 20 },
  ),
  buyer: Type.Optional(
    Type.Object({
      name: Type.String({ minLength: 1, maxLength: 200 }),
      email: Type.String({ format: 'email', maxLength: 254 }),
    }),
  ),
  locale: Type.Optional(Type.Union([Type.Literal('en'), Type.Literal('fr')])),
})
