import { toId } from '@guichet/server'
import type { OrderRow } from '../db.ts'

/** Cuts a page out of `limit + 1` rows; the cursor is the id of its last order. */
export function cutPage(
  rows: OrderRow[],
  limit: number,
  encode: (position: string[]) => string,
): { page: OrderRow[]; nextCursor: string | null } {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { page, nextCursor: rows.length > limit && last ? encode([toId('ord', last.id)]) : null }
}
