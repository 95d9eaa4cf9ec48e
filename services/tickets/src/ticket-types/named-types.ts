import { DomainError } from '@guichet/problem'
import { parseId } from '@guichet/server'
import type { TicketsTx } from '../db.ts'

export interface NamedType {
  id: string
  addOnTo: readonly string[]
}

/**
 * The types of the event that a body names. An id of anything else is a fault of its field: what another organizer has is
 * the same as nothing.
 * @param pointer of the list in the body
 */
export async function findNamedTypes(
  tx: TicketsTx,
  eventUuid: string,
  ids: readonly string[],
  pointer: string,
): Promise<NamedType[]> {
  if (ids.length === 0) return []
  const rows = await tx
    .selectFrom('ticket_type')
    .select(['id', 'add_on_to'])
    .where('event_id', '=', eventUuid)
    .execute()
  const known = new Map(rows.map((row) => [row.id, { id: row.id, addOnTo: row.add_on_to }]))
  const found = ids.map((id) => known.get(parseId('typ', id) ?? ''))
  const errors = found.flatMap((type, index) =>
    type ? [] : [{ pointer: `${pointer}/${index}`, detail: 'is no ticket type of this event' }],
  )
  if (errors.length > 0) throw new DomainError('request-invalid', {}, { errors })
  return found.filter((type) => type !== undefined)
}

/** The types that `typeUuid` may be an add-on to; one level only, so that a ticket is never an add-on to its own add-on. */
export async function findAddOnTargets(
  tx: TicketsTx,
  eventUuid: string,
  typeUuid: string,
  ids: readonly string[],
): Promise<string[]> {
  const targets = await findNamedTypes(tx, eventUuid, ids, '/addOnTo')
  const errors = targets.flatMap(({ id, addOnTo }, index) => {
    const pointer = `/addOnTo/${index}`
    if (id === typeUuid) return [{ pointer, detail: 'is this type itself' }]
    return addOnTo.length > 0 ? [{ pointer, detail: 'is an add-on itself' }] : []
  })
  if (targets.length > 0 && (await hasAddOns(tx, eventUuid, typeUuid))) {
    errors.push({ pointer: '/addOnTo', detail: 'must be empty, because other types are add-ons to this one' })
  }
  if (errors.length > 0) throw new DomainError('request-invalid', {}, { errors })
  return targets.map(({ id }) => id)
}

/** True when other types are add-ons to this one. */
export async function hasAddOns(tx: TicketsTx, eventUuid: string, typeUuid: string): Promise<boolean> {
  const rows = await tx
    .selectFrom('ticket_type')
    .select(['id', 'add_on_to'])
    .where('event_id', '=', eventUuid)
    .execute()
  return rows.some((row) => row.add_on_to.includes(typeUuid))
}
