import { type Static, Type } from 'typebox'
import { RULE_STATES } from './tables.ts'

export const EventParams = Type.Object({ eventId: Type.String() })
export const RuleParams = Type.Object({ ruleId: Type.String() })

const daysBefore = Type.Integer({
  minimum: 0,
  maximum: 365,
  description: 'Calendar days of the venue; 0: the same day.',
})
const at = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: 'On the venue’s clock, as 18:30.' })
const minutesBefore = Type.Integer({ minimum: 5, maximum: 525_600, description: 'Before the start.' })

export const TimingQuery = Type.Object({
  daysBefore: Type.Optional(daysBefore),
  at: Type.Optional(at),
  minutesBefore: Type.Optional(minutesBefore),
})

const Timing = Type.Union([Type.Object({ daysBefore, at }), Type.Object({ minutesBefore })])
const channels = Type.Array(Type.Union([Type.Literal('email'), Type.Literal('sms')]), {
  minItems: 1,
  maxItems: 2,
  uniqueItems: true,
  description: 'An SMS goes to those who gave a number and agreed to it.',
})
const Note = Type.Object(
  { en: Type.Optional(Type.String({ maxLength: 1_000 })), fr: Type.Optional(Type.String({ maxLength: 1_000 })) },
  { description: 'What you add: where to park, what to bring.' },
)

export const CreateRuleBody = Type.Object({
  timing: Timing,
  channels: Type.Optional(channels),
  note: Type.Optional(Note),
})
export const UpdateRuleBody = Type.Partial(Type.Object({ timing: Timing, channels, note: Note }), { minProperties: 1 })

const instant = Type.String({ format: 'date-time' })

/** When a reminder goes, or why it does not. */
export const Schedule = Type.Object({
  dueAt: instant,
  state: Type.Enum([...RULE_STATES]),
  startsAt: instant,
  timeZone: Type.String(),
})

export const RuleAnswer = Type.Object({
  id: Type.String(),
  eventId: Type.String(),
  timing: Timing,
  channels,
  note: Note,
  state: Type.Enum([...RULE_STATES], {
    description:
      'waiting for dueAt; begun; missed: made, or the event moved, when it was too late; called-off with the event.',
  }),
  dueAt: instant,
  begunAt: Type.Union([instant, Type.Null()]),
  messages: Type.Object(
    { open: Type.Integer(), sent: Type.Integer(), failed: Type.Integer(), skipped: Type.Integer() },
    { description: 'One per order and channel, once it has begun.' },
  ),
  version: Type.Integer(),
})
export type RuleAnswer = Static<typeof RuleAnswer>
