import { DomainError } from '@guichet/problem'
import { authorize, parseId, toId } from '@guichet/server'
import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { COLUMNS, type WaitingEntryRow } from '../db.ts'

interface Rule {
  /** The permission with which a member may do it too. */
  permission?: 'order.cancel'
  services?: readonly string[]
}

/**
 * The entry that this request may touch: of whoever holds its secret, and whom `rule` names. For everyone else it does not
 * exist. Secrets of entries are made as those of orders; the kind of the id keeps them apart.
 */
export async function allowedEntry(
  ctx: Context,
  request: FastifyRequest,
  rule: Rule,
): Promise<{ entry: WaitingEntryRow; service: boolean }> {
  const { principal } = request
  const { entryId } = request.params as { entryId: string }
  const header = request.headers['entry-secret']
  const holdsSecret = typeof header === 'string' && ctx.orderSecrets.versionOf(entryId, header) === 0
  const uuid = parseId('wle', entryId)
  if (!uuid || (principal.kind === 'anonymous' && !holdsSecret)) throw new DomainError('not-found')
  const entry = await ctx.db
    .selectFrom('waiting_entry')
    .select(COLUMNS.waiting_entry)
    .where('id', '=', uuid)
    .executeTakeFirst()
  if (!entry) throw new DomainError('not-found')
  if (holdsSecret) return { entry, service: false }
  if (principal.kind === 'service' && rule.services?.includes(principal.name)) return { entry, service: true }
  if (!rule.permission) throw new DomainError('not-found')
  const { organizer_id } = await ctx.db
    .selectFrom('event')
    .select('organizer_id')
    .where('event_id', '=', entry.event_id)
    .executeTakeFirstOrThrow()
  authorize(request, rule.permission, toId('org', organizer_id))
  return { entry, service: false }
}
