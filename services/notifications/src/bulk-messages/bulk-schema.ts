import { type Static, Type } from 'typebox'
import { ACTS, BULK_PURPOSES, BULK_STATES } from './tables.ts'

const idOf = (prefix: string) => Type.String({ pattern: `^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$` })
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const instant = Type.String({ format: 'date-time' })
const language = Type.Union([Type.Literal('en'), Type.Literal('fr')])

export const BulkParams = Type.Object({ bulkMessageId: Type.String() })

const SegmentBody = Type.Object(
  {
    orderState: Type.Optional(
      Type.Union([Type.Literal('confirmed'), Type.Literal('refunded'), Type.Literal('held')], {
        description: 'Absent: confirmed.',
      }),
    ),
    ticketTypeIds: Type.Optional(Type.Array(idOf('typ'), { minItems: 1, maxItems: 100, uniqueItems: true })),
    checkedIn: Type.Optional(Type.Boolean({ description: 'Whether one of the tickets that they have has come in.' })),
    language: Type.Optional(language),
    boughtFrom: Type.Optional(instant),
    boughtBefore: Type.Optional(instant),
  },
  {
    description:
      'Which buyers of the event, and of those whom they passed tickets on to; what is absent narrows nothing.',
  },
)
const subject = (text = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })) =>
  Type.Object({ en: Type.Optional(text), fr: Type.Optional(text) }, { minProperties: 1 })
const body = (text = Type.String({ minLength: 1, maxLength: 15_000, pattern: '\\S' })) =>
  Type.Object(
    { en: Type.Optional(text), fr: Type.Optional(text) },
    { minProperties: 1, description: 'Markdown with Liquid, as in templates. In the languages of the subject.' },
  )

const Content = {
  purpose: Type.Enum([...BULK_PURPOSES], { description: 'marketing: only to those who have agreed to it.' }),
  segment: SegmentBody,
  subject: subject(),
  body: body(),
}

export const CreateBulkBody = Type.Object({
  organizerId: idOf('org'),
  eventId: idOf('evt'),
  purpose: Content.purpose,
  segment: Type.Optional(SegmentBody),
  subject: Content.subject,
  body: Content.body,
})
export const UpdateBulkBody = Type.Partial(Type.Object(Content), { minProperties: 1 })
export type BulkContent = Pick<Static<typeof CreateBulkBody>, 'purpose' | 'subject' | 'body' | 'segment'>

const count = Type.Integer()

export const BulkMessageAnswer = Type.Object({
  id: Type.String(),
  organizerId: Type.String(),
  eventId: Type.String(),
  ...Content,
  state: Type.Enum([...BULK_STATES]),
  scheduledAt: nullable(instant),
  begunAt: nullable(instant),
  endedAt: nullable(instant),
  lastError: nullable(Type.String()),
  results: Type.Object(
    {
      planned: count,
      open: count,
      sent: count,
      delivered: count,
      bounced: count,
      failed: count,
      skipped: count,
      withoutConsent: count,
    },
    {
      description:
        'Recipients, each in one of open (waits, or is tried again), sent, delivered, bounced, failed, skipped.',
    },
  ),
  planned: Type.Boolean({ description: 'Each recipient has a message; false while more are to be found.' }),
  acts: Type.Optional(
    Type.Array(Type.Object({ act: Type.Enum([...ACTS]), userId: nullable(Type.String()), at: instant })),
  ),
  version: Type.Integer(),
  createdAt: instant,
})
export type BulkMessageAnswer = Static<typeof BulkMessageAnswer>
