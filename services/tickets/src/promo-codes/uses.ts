import { DomainError } from '@guichet/problem'
import { newUuid } from '@guichet/server'
import { drawAnew, lockForDrawing, removePool } from '../allotments/draw-anew.ts'
import { readAllotment } from '../allotments/find-allotment.ts'
import type { PromoCodeRow, TicketsTx } from '../db.ts'
import { touchTerms } from '../stock/terms.ts'

export type CodeKey = Pick<PromoCodeRow, 'event_id' | 'id' | 'allotment_id'>

/**
 * Limits the uses of a code, or lifts its limit, and locks the event's allotments as every change of terms does. Uses so far
 * count.
 * @param usesMax undefined: stays as it is
 * @param typeUuids the types that the code is for
 * @returns the pool of its uses; null without a limit
 */
export async function setUsesMax(
  tx: TicketsTx,
  code: CodeKey,
  usesMax: number | null | undefined,
  typeUuids: readonly string[],
): Promise<string | null> {
  const pool = code.allotment_id && { event_id: code.event_id, id: code.allotment_id }
  if (pool && usesMax === null) {
    await lockForDrawing(tx, code.event_id)
    await removePool(tx, pool)
    return null
  }
  if (!pool && typeof usesMax === 'number') return addPool(tx, code, usesMax, typeUuids)
  await touchTerms(tx, code.event_id)
  if (pool && typeof usesMax === 'number') await resizePool(tx, pool, usesMax)
  return code.allotment_id
}

async function addPool(tx: TicketsTx, code: CodeKey, capacity: number, typeUuids: readonly string[]): Promise<string> {
  const key = { event_id: code.event_id, id: newUuid() }
  await tx
    .insertInto('allotment')
    .values({ ...key, kind: 'promo', capacity })
    .execute()
  await lockForDrawing(tx, code.event_id)
  await drawAnew(tx, { ...key, capacity }, { ticketTypeIds: typeUuids, promoCodeId: code.id })
  return key.id
}

async function resizePool(tx: TicketsTx, key: { event_id: string; id: string }, capacity: number): Promise<void> {
  const { held, sold } = await readAllotment(tx, key)
  if (held + sold > capacity) throw new DomainError('capacity-below-sold', { capacity, sold, held })
  await tx
    .updateTable('allotment')
    .set({ capacity })
    .where('event_id', '=', key.event_id)
    .where('id', '=', key.id)
    .execute()
}

/** The types that a code is for: those that it names, or all that are not hidden. */
export async function typesOfCode(
  tx: TicketsTx,
  eventId: string,
  named: readonly string[],
): Promise<readonly string[]> {
  if (named.length > 0) return named
  const types = await tx
    .selectFrom('ticket_type')
    .select('id')
    .where('event_id', '=', eventId)
    .where('hidden', '=', false)
    .execute()
  return types.map((type) => type.id)
}
