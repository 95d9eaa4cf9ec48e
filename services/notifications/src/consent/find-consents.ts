import { DomainError } from '@guichet/problem'
import { authorize, hasPermission, toId, toUuid, userOf } from '@guichet/server'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { CHANNELS } from '../kinds.ts'
import { mask } from '../mail/address.ts'
import { addressKey } from './address-key.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])

export const ConsentFilter = {
  organizerId: Type.Optional(Type.String({ pattern: '^org_[0-7][0-9a-hjkmnp-tv-z]{25}$' })),
  recipient: Type.Optional(Type.String({ minLength: 3, maxLength: 254 })),
}

export interface ConsentQuery {
  organizerId?: string | undefined
  recipient?: string | undefined
}

/** One time that somebody allowed messages or forbade them. */
export const Consent = Type.Object({
  id: Type.String(),
  organizerId: nullable(Type.String()),
  recipient: nullable(Type.String({ description: 'Null once it was erased.' })),
  channel: Type.Enum([...CHANNELS]),
  purpose: Type.Enum(['transactional', 'reminder', 'information', 'marketing']),
  granted: Type.Boolean(),
  source: Type.Enum(['checkout', 'preferences', 'one-click', 'reply', 'complaint']),
  wording: nullable(Type.String({ description: 'The sentence that was agreed to.' })),
  wordingVersion: nullable(Type.String()),
  language: nullable(Type.Enum(['en', 'fr'])),
  orderId: nullable(Type.String()),
  givenAt: Type.String({ format: 'date-time' }),
})

const COLUMNS = [
  'id',
  'organizer_id',
  'channel',
  'purpose',
  'address',
  'granted',
  'source',
  'source_key',
  'wording',
  'wording_version',
  'language',
  'given_at',
] as const

/** A page of an organizer's consents, or of the platform's for its administrator; the newest first. */
export async function findConsents(
  ctx: Context,
  request: FastifyRequest,
  { organizerId, recipient }: ConsentQuery,
  { before, limit }: { before?: string | undefined; limit: number },
) {
  if (organizerId) authorize(request, 'consent.read', organizerId)
  else if (!userOf(request).admin) {
    throw new DomainError('request-invalid', {}, { errors: [{ pointer: 'organizerId', detail: 'is required' }] })
  }
  let query = ctx.db.selectFrom('consent').select(COLUMNS).orderBy('id', 'desc').limit(limit)
  query = organizerId
    ? query.where('organizer_id', '=', toUuid('org', organizerId))
    : query.where('organizer_id', 'is', null)
  if (recipient) query = query.where('address_key', '=', addressKey(ctx.keys, recipient))
  if (before) query = query.where('id', '<', before)
  return query.execute()
}

/** The answer for one reader: the recipient whole for whoever answers buyers, else masked. */
export function consentAnswer(row: Awaited<ReturnType<typeof findConsents>>[number], request: FastifyRequest) {
  const organizerId = row.organizer_id && toId('org', row.organizer_id)
  const { access } = request.server
  const whole = hasPermission(access, request.principal, 'delivery.read-recipient', organizerId ?? '')
  return {
    id: toId('cns', row.id),
    organizerId,
    recipient: row.address === null || whole ? row.address : mask(row.address),
    channel: row.channel,
    purpose: row.purpose,
    granted: row.granted,
    source: row.source,
    wording: row.wording,
    wordingVersion: row.wording_version,
    language: row.language,
    // A corrected address has a mark after the order's id.
    orderId: row.source === 'checkout' ? (row.source_key.split(' ')[0] ?? null) : null,
    givenAt: row.given_at.toISOString(),
  }
}
