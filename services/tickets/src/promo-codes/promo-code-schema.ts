import { type Static, Type } from 'typebox'
import { PRICE_MINOR_MAX } from '../money/currency.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const instant = Type.String({ format: 'date-time' })

export const PromoCodeParams = Type.Object({ promoCodeId: Type.String() })

const fields = {
  discountPercent: nullable(Type.Integer({ minimum: 1, maximum: 100 })),
  discountMinor: nullable(
    Type.Integer({ minimum: 1, maximum: PRICE_MINOR_MAX, description: 'Off each ticket, in minor units.' }),
  ),
  ticketTypeIds: Type.Array(Type.String({ maxLength: 40 }), {
    maxItems: 200,
    uniqueItems: true,
    description: 'The types it is for; empty: all that are not hidden.',
  }),
  unlocks: Type.Boolean({ description: 'Opens the hidden ones among its types.' }),
  usesMax: nullable(
    Type.Integer({ minimum: 0, maximum: 10_000_000, description: 'One use for each ticket; null: without limit.' }),
  ),
  startsAt: nullable(instant),
  endsAt: nullable(instant),
  active: Type.Boolean(),
}

export const UpdatePromoCodeBody = Type.Partial(Type.Object(fields), { minProperties: 1 })
export type UpdatePromoCode = Static<typeof UpdatePromoCodeBody>

export const CreatePromoCodeBody = Type.Object({
  // ASCII, so that the same letters are the same code for the database, for us, and on every keyboard.
  code: Type.Optional(
    Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$', description: 'Made for you when it is left out.' }),
  ),
  ...Type.Partial(Type.Object(fields)).properties,
})

export const PromoCodeAnswer = Type.Object({
  id: Type.String(),
  code: Type.String({ description: 'Upper and lower case are the same.' }),
  discountPercent: nullable(Type.Integer()),
  discountMinor: nullable(Type.Integer()),
  ticketTypeIds: Type.Array(Type.String()),
  unlocks: Type.Boolean(),
  usesMax: nullable(Type.Integer()),
  usesHeld: Type.Integer({ description: 'Tickets in orders that may still be paid.' }),
  usesSold: Type.Integer(),
  startsAt: nullable(instant),
  endsAt: nullable(instant),
  active: Type.Boolean(),
  version: Type.Integer(),
})
