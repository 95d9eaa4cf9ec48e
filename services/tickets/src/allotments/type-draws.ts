import { DomainError } from '@guichet/problem'
import type { TicketsTx } from '../db.ts'
import { findNamedTypes } from '../ticket-types/named-types.ts'

/** The types that draw on a pool of this kind: those named, or, for the event's capacity, all. */
export async function typesThatDraw(
  tx: TicketsTx,
  eventUuid: string,
  kind: 'shared' | 'event',
  ticketTypeIds: readonly string[] | undefined,
): Promise<string[]> {
  if (kind === 'event') {
    if (ticketTypeIds) throw refuse('is not for the capacity of an event, which is of all its types')
    const types = await tx.selectFrom('ticket_type').select('id').where('event_id', '=', eventUuid).execute()
    return types.map((type) => type.id)
  }
  if (!ticketTypeIds) throw refuse('is required for a shared quota')
  return (await findNamedTypes(tx, eventUuid, ticketTypeIds, '/ticketTypeIds')).map((type) => type.id)
}

function refuse(detail: string): DomainError {
  return new DomainError('request-invalid', {}, { errors: [{ pointer: '/ticketTypeIds', detail }] })
}

/** Makes these types, and no others, draw on the pool. */
export async function setDraws(
  tx: TicketsTx,
  pool: { event_id: string; id: string },
  typeUuids: readonly string[],
): Promise<void> {
  await tx
    .deleteFrom('ticket_type_allotment')
    .where('event_id', '=', pool.event_id)
    .where('allotment_id', '=', pool.id)
    .execute()
  if (typeUuids.length === 0) return
  await tx
    .insertInto('ticket_type_allotment')
    .values(typeUuids.map((type) => ({ event_id: pool.event_id, ticket_type_id: type, allotment_id: pool.id })))
    .execute()
}
