import { Type } from 'typebox'
import { TextsAnswer, textsOf } from '../events/texts.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])

export const AllotmentParams = Type.Object({ allotmentId: Type.String() })

const fields = {
  name: nullable(textsOf(120)),
  capacity: Type.Integer({ minimum: 0, maximum: 10_000_000 }),
  ticketTypeIds: Type.Array(Type.String({ maxLength: 40 }), {
    minItems: 1,
    maxItems: 200,
    uniqueItems: true,
    description: 'The types that draw on a shared quota.',
  }),
}

export const CreateAllotmentBody = Type.Object({
  kind: Type.Union([Type.Literal('shared'), Type.Literal('event')], {
    description: 'shared: a quota of several types; event: of all types, also those to come.',
  }),
  capacity: fields.capacity,
  name: Type.Optional(fields.name),
  ticketTypeIds: Type.Optional(fields.ticketTypeIds),
})

export const UpdateAllotmentBody = Type.Partial(Type.Object(fields), { minProperties: 1 })

export const AllotmentAnswer = Type.Object({
  id: Type.String(),
  kind: Type.Union([Type.Literal('shared'), Type.Literal('event')]),
  name: nullable(TextsAnswer),
  capacity: Type.Integer(),
  held: Type.Integer(),
  sold: Type.Integer(),
  ticketTypeIds: Type.Array(Type.String()),
  version: Type.Integer(),
})
