import { DomainError } from '@guichet/problem'
import { authorize, toId, toUuid } from '@guichet/server'
import type { FastifyRequest } from 'fastify'
import type { Db, Tx } from '../db.ts'
import { DELIVERY_COLUMNS, type DeliveryRow } from './delivery-answer.ts'

/** The delivery, to someone with the permission; to a stranger the same `not-found` as for nothing. */
export async function findDelivery(
  db: Db | Tx,
  request: FastifyRequest,
  permission: string,
  deliveryId: string,
): Promise<DeliveryRow> {
  const row = await db
    .selectFrom('delivery')
    .select(DELIVERY_COLUMNS)
    .where('id', '=', toUuid('dlv', deliveryId))
    .executeTakeFirst()
  if (!row) throw new DomainError('not-found')
  if (row.organizer_id !== null) authorize(request, permission, toId('org', row.organizer_id))
  // What goes to an account belongs to no organizer: the platform's administrator alone sees it.
  else if (request.principal.kind !== 'user' || !request.principal.admin) throw new DomainError('not-found')
  return row
}
