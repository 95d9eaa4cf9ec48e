import { toId } from '@guichet/server'
import { type Static, Type } from 'typebox'
import { PublicTypeSchema } from './public-events.ts'
import type { EndpointRow } from './tables.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const instant = Type.String({ format: 'date-time' })

export const OrganizerParams = Type.Object({ organizerId: Type.String() })
export const EndpointParams = Type.Object({ endpointId: Type.String() })

const fields = {
  url: Type.String({ minLength: 1, maxLength: 2_000, description: 'https, at a public host.' }),
  description: Type.String({ maxLength: 200 }),
  types: Type.Union([Type.Array(PublicTypeSchema, { minItems: 1, uniqueItems: true }), Type.Null()], {
    description: 'Which types; null: all, also those to come.',
  }),
}

export const CreateEndpointBody = Type.Object({
  url: fields.url,
  description: Type.Optional(fields.description),
  types: Type.Optional(fields.types),
})
export const UpdateEndpointBody = Type.Partial(Type.Object({ ...fields, enabled: Type.Boolean() }), {
  minProperties: 1,
})

export const EndpointAnswer = Type.Object({
  id: Type.String(),
  organizerId: Type.String(),
  url: Type.String(),
  description: Type.String(),
  types: nullable(Type.Array(Type.String())),
  enabled: Type.Boolean(),
  disabledReason: nullable(Type.Enum(['by-hand', 'gone', 'failing'])),
  disabledAt: nullable(instant),
  failingSince: nullable(instant),
  createdAt: instant,
  version: Type.Integer(),
})

export function presentEndpoint(row: EndpointRow): Static<typeof EndpointAnswer> {
  return {
    id: toId('whk', row.id),
    organizerId: toId('org', row.organizer_id),
    url: row.url,
    description: row.description,
    types: row.types,
    enabled: row.enabled,
    disabledReason: row.disabled_reason,
    disabledAt: row.disabled_at?.toISOString() ?? null,
    failingSince: row.failing_since?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    version: row.version,
  }
}
