import { DomainError } from '@guichet/problem'
import { authorize, toId, toUuid, type UserPrincipal } from '@guichet/server'
import type { FastifyRequest } from 'fastify'
import type { Db, Tx } from '../db.ts'
import { BULK_COLUMNS, type BulkMessage } from './bulk-message.ts'

/** The message of the path, to a member with the permission; to a stranger the same `not-found` as for nothing. */
export async function bulkFor(
  db: Db,
  request: FastifyRequest,
  permission: 'message.read' | 'message.write',
): Promise<{ message: BulkMessage; user: UserPrincipal }> {
  const { bulkMessageId } = request.params as { bulkMessageId: string }
  const message = await db
    .selectFrom('bulk_message')
    .select(BULK_COLUMNS)
    .where('id', '=', toUuid('blk', bulkMessageId))
    .executeTakeFirst()
  if (!message) throw new DomainError('not-found')
  return { message, user: authorize(request, permission, toId('org', message.organizer_id)) }
}

export async function lockBulk(tx: Tx, uuid: string): Promise<BulkMessage> {
  return tx.selectFrom('bulk_message').select(BULK_COLUMNS).where('id', '=', uuid).forUpdate().executeTakeFirstOrThrow()
}

/** What is planned or sent does not change: its readers would get two texts. */
export function assertDraft(message: BulkMessage): void {
  if (message.state !== 'draft') throw new DomainError('bulk-message-not-draft', { state: message.state })
}
