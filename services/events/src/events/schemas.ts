import { type Static, type TSchema, Type } from 'typebox'
import { CATEGORIES } from './categories.ts'

const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '\\S' })
const texts = (maxLength: number) =>
  Type.Object({ en: Type.Optional(text(maxLength)), fr: Type.Optional(text(maxLength)) }, { minProperties: 1 })
const textsOut = Type.Object({ en: Type.Optional(Type.String()), fr: Type.Optional(Type.String()) })
const textsPatch = (maxLength: number) =>
  Type.Object({
    en: Type.Optional(nullable(text(maxLength))),
    fr: Type.Optional(nullable(text(maxLength))),
  })
const instant = Type.String({ format: 'date-time', description: 'RFC 3339' })
export const CategorySchema = Type.Enum([...CATEGORIES])
export const StatusSchema = Type.Enum(['draft', 'published', 'cancelled'])
const address = Type.String({ minLength: 1, maxLength: 2_048 })
const timeZone = Type.String({ minLength: 1, maxLength: 64, description: 'IANA name: Europe/Paris' })

const TITLE = 200
const DESCRIPTION = 20_000
const ALT = 500
const venueParts = { name: text(200), address: text(300), city: text(120), country: text(100) }

export const Reason = texts(2_000)

export const CreateBodySchema = Type.Object({
  organizerId: Type.String({ maxLength: 60 }),
  title: texts(TITLE),
  description: Type.Optional(textsPatch(DESCRIPTION)),
  startsAt: instant,
  endsAt: instant,
  timeZone,
  venue: Type.Object({
    name: Type.Optional(nullable(venueParts.name)),
    address: Type.Optional(nullable(venueParts.address)),
    city: Type.Optional(nullable(venueParts.city)),
    country: Type.Optional(nullable(venueParts.country)),
    online: Type.Optional(Type.Boolean()),
  }),
  category: CategorySchema,
  imageUrl: Type.Optional(nullable(address)),
  imageAlt: Type.Optional(nullable(textsPatch(ALT))),
  url: Type.Optional(nullable(address)),
})
export type CreateBody = Static<typeof CreateBodySchema>

const { organizerId: _, ...importable } = CreateBodySchema.properties
export const ImportBodySchema = Type.Object({ ...importable, publish: Type.Boolean() })
export type ImportBody = Static<typeof ImportBodySchema>

export const UpdateBodySchema = Type.Object(
  {
    title: Type.Optional(textsPatch(TITLE)),
    description: Type.Optional(nullable(textsPatch(DESCRIPTION))),
    startsAt: Type.Optional(instant),
    endsAt: Type.Optional(instant),
    timeZone: Type.Optional(timeZone),
    venue: Type.Optional(CreateBodySchema.properties.venue),
    category: Type.Optional(CategorySchema),
    imageUrl: Type.Optional(nullable(address)),
    imageAlt: Type.Optional(nullable(textsPatch(ALT))),
    url: Type.Optional(nullable(address)),
  },
  { minProperties: 1 },
)
export type UpdateBody = Static<typeof UpdateBodySchema>

const summaryFields = {
  id: Type.String(),
  organizerId: Type.String(),
  status: StatusSchema,
  title: textsOut,
  startsAt: instant,
  endsAt: instant,
  timeZone,
  venue: Type.Object({
    name: Type.Optional(Type.String()),
    address: Type.Optional(Type.String()),
    city: Type.Optional(Type.String()),
    country: Type.Optional(Type.String()),
    online: Type.Boolean(),
  }),
  category: CategorySchema,
  imageUrl: nullable(Type.String()),
  imageAlt: nullable(textsOut),
  url: nullable(Type.String()),
  publishedAt: nullable(instant),
  cancelledAt: nullable(instant),
  cancellationReason: nullable(textsOut),
  version: Type.Integer(),
  createdAt: instant,
  updatedAt: instant,
}

export const EventSummarySchema = Type.Object(summaryFields)
export const EventSchema = Type.Object({ ...summaryFields, description: textsOut, descriptionHtml: textsOut })
export const EventParams = Type.Object({ eventId: Type.String() })
