import type { Context } from '../context.ts'
import type { Channel, Kind, Purpose, SkipReason } from '../kinds.ts'
import { addressKey } from './address-key.ts'
import { findWishes } from './find-wishes.ts'
import { quietUntil } from './quiet-hours.ts'
import { refusal } from './wishes.ts'

export interface Sending {
  /** A UUID; null for what belongs to no organizer. */
  organizerId: string | null
  channel: Channel
  purpose: Purpose
  /** A mail address or an E.164 telephone number. */
  address: string
  kind: Kind
  now: Date
  /** IANA; of the reader, else of the venue. */
  timeZone: string
  /** From then on it is of no use. */
  expiresAt?: Date | null | undefined
}

/** `why` is for support to read. */
export type Permission = { send: true } | { wait: Date } | { skip: SkipReason; why: string }

/** Whether a message may go to somebody now: what they have said, and whether they sleep. Asked just before it is sent. */
export async function maySend(ctx: Pick<Context, 'config' | 'db' | 'keys'>, sending: Sending): Promise<Permission> {
  const { channel, purpose, now, expiresAt } = sending
  // A purchase by mail depends on nothing: not on this query either.
  if (purpose === 'transactional' && channel === 'email') return { send: true }
  const why = refusal(sending, await findWishes(ctx.db, addressKey(ctx.keys, sending.address)))
  if (why !== undefined) return { skip: 'no-consent', why }
  const hours = ctx.config.quietHours
  const wait = purpose === 'transactional' || !hours ? undefined : quietUntil(hours, now, sending.timeZone)
  if (!wait) return { send: true }
  if (!expiresAt || wait < expiresAt) return { wait }
  // It cannot wait for the morning: a mail wakes nobody, a telephone does.
  return channel === 'email'
    ? { send: true }
    : { skip: 'too-late', why: 'It would have come at night, and is of no use in the morning.' }
}
