import type { OrderLineRow } from '../db.ts'
import type { Earnings } from './entries.ts'

/** What the lines of an order earn. */
export function earningsOf(lines: readonly OrderLineRow[]): Earnings {
  return {
    sales: lines.reduce((sum, line) => sum + line.quantity * line.unit_price_minor, 0),
    vat: 0,
    fees: 0,
    feeVat: 0,
  }
}
