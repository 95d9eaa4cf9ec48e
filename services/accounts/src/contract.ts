import { Type } from 'typebox'
import { ROLES } from './permissions.ts'

/** The shapes that several routes take or give. */

export const Locale = Type.Enum(['en', 'fr'])
export const RoleName = Type.Enum([...ROLES])
/** Checked closely by parseEmail; here only against floods. */
export const EmailText = Type.String({ minLength: 1, maxLength: 320 })
/** Its rules (15 to 128 characters) are told by problems of their own, so here only a bound. */
export const PasswordText = Type.String({ minLength: 1, maxLength: 1_024 })
export const PersonName = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })
export const OrganizerName = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })
export const Secret = Type.String({ minLength: 1, maxLength: 200 })
export const Instant = Type.String({ format: 'date-time' })
export const Empty = Type.Object({})

export const UserView = Type.Object({
  id: Type.String(),
  email: Type.String(),
  name: Type.String(),
  locale: Locale,
  admin: Type.Boolean(),
  emailConfirmed: Type.Boolean(),
  version: Type.Integer(),
  memberships: Type.Array(Type.Object({ organizerId: Type.String(), organizerName: Type.String(), role: RoleName })),
})

export const PendingEmailView = Type.Object({
  email: Type.String({ description: 'The new address, which waits to be confirmed.' }),
  expiresAt: Instant,
})

export const SessionView = Type.Object({
  sessionId: Type.String(),
  refreshToken: Type.String(),
  refreshExpiresAt: Instant,
  accessTokens: Type.Object({
    accounts: Type.String(),
    events: Type.String(),
    tickets: Type.String(),
    notifications: Type.String(),
  }),
  accessExpiresAt: Instant,
  user: UserView,
})

export const OrganizerView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  contactEmail: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  version: Type.Optional(Type.Integer()),
  createdAt: Type.Optional(Instant),
})

export const MemberView = Type.Object({
  userId: Type.String(),
  name: Type.String(),
  email: Type.String(),
  role: RoleName,
  since: Instant,
})

export const Page = Type.Object({
  cursor: Type.Optional(Type.String({ maxLength: 500 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
})
export const NextCursor = Type.Union([Type.String(), Type.Null()])

export const OrganizerParams = Type.Object({ organizerId: Type.String({ maxLength: 100 }) })
export const MemberParams = Type.Object({
  organizerId: Type.String({ maxLength: 100 }),
  userId: Type.String({ maxLength: 100 }),
})
export const NoContent = Type.Null()

const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
    instance: Type.String(),
    code: Type.String(),
    errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }))),
  },
  { additionalProperties: true },
)

/** Every refusal is a problem document (RFC 9457). */
export const REFUSALS = { '4xx': Problem, '5xx': Problem } as const
