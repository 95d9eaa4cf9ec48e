import { DomainError } from '@guichet/problem'
import { authorize, toId, toUuid } from '@guichet/server'
import type { FastifyRequest } from 'fastify'
import type { Db, Tx } from '../db.ts'
import { ENDPOINT_COLUMNS, type EndpointRow } from './tables.ts'

/** The endpoint, to someone with the permission; to a stranger the same `not-found` as for nothing. */
export async function findEndpoint(db: Db, request: FastifyRequest, endpointId: string): Promise<EndpointRow> {
  const row = await db
    .selectFrom('webhook_endpoint')
    .select(ENDPOINT_COLUMNS)
    .where('id', '=', toUuid('whk', endpointId))
    .executeTakeFirst()
  if (!row) throw new DomainError('not-found')
  authorize(request, 'webhook.write', toId('org', row.organizer_id))
  return row
}

export async function lockEndpoint(tx: Tx, id: string): Promise<EndpointRow> {
  const row = await tx
    .selectFrom('webhook_endpoint')
    .select(ENDPOINT_COLUMNS)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!row) throw new DomainError('not-found')
  return row
}
