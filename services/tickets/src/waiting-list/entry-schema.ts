import { Type } from 'typebox'
import { TextsAnswer } from '../events/texts.ts'
import { LocaleBody, OrderStateSchema, PageQuery, VenueAnswer } from '../orders/order-schema.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const instant = Type.String({ format: 'date-time' })

export const EntryParams = Type.Object({ entryId: Type.String() })

export const EntryHeaders = Type.Object({
  'entry-secret': Type.Optional(Type.String({ maxLength: 100, description: 'The key to the entry, from its mail.' })),
})

export const JoinBody = Type.Object({
  ticketTypeId: Type.String(),
  email: Type.String({ format: 'email', maxLength: 254 }),
  quantity: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1_000, description: 'Default: the fewest that one order may have.' }),
  ),
  locale: Type.Optional(LocaleBody),
})

export const EntryStateSchema = Type.Union([Type.Literal('waiting'), Type.Literal('offered'), Type.Literal('left')])

const fields = {
  id: Type.String(),
  ticketTypeId: Type.String(),
  email: nullable(Type.String({ description: 'Null once it is forgotten.' })),
  quantity: Type.Integer(),
  locale: Type.String(),
  state: EntryStateSchema,
  order: nullable(
    Type.Object(
      {
        id: Type.String(),
        state: OrderStateSchema,
        quantity: Type.Integer({ description: 'May be fewer than were wanted.' }),
        expiresAt: instant,
      },
      { description: 'The hold that was offered.' },
    ),
  ),
  createdAt: instant,
  endedAt: nullable(instant),
}

/** An entry for whoever waits, and for the mails to them. */
export const EntryAnswer = Type.Object({
  ...fields,
  eventId: Type.String(),
  organizerId: Type.String(),
  event: Type.Object({
    title: TextsAnswer,
    startsAt: instant,
    endsAt: instant,
    timeZone: Type.String(),
    venue: VenueAnswer,
    status: Type.String(),
  }),
  ticketTypeName: TextsAnswer,
  ahead: nullable(Type.Integer({ description: 'Entries that come before it; null when it waits no more.' })),
  secret: Type.Optional(Type.String({ description: 'The key to the entry, for notifications only.' })),
})

export const EntryPage = Type.Object({
  items: Type.Array(Type.Object(fields)),
  nextCursor: nullable(Type.String()),
  counts: Type.Array(
    Type.Object({
      ticketTypeId: Type.String(),
      waiting: Type.Integer({ description: 'Entries.' }),
      placesWanted: Type.Integer({ description: 'By the entries that wait.' }),
      offered: Type.Integer({ description: 'Entries with a hold that is still open.' }),
      bought: Type.Integer({ description: 'Entries whose hold was confirmed.' }),
    }),
  ),
})

export const EntryPageQuery = Type.Object({
  ...PageQuery,
  state: Type.Optional(EntryStateSchema),
  ticketTypeId: Type.Optional(Type.String({ maxLength: 100 })),
})
