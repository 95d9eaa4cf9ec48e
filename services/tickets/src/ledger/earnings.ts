import type { OrderLineRow } from '../db.ts'
import { lineParts, pricedLine } from '../prices/line.ts'
import type { VatTotal } from '../prices/vat.ts'
import type { Earnings } from './entries.ts'

/** What the lines of an order earn. VAT is computed once per line, as on its invoice. */
export function earningsOf(lines: readonly OrderLineRow[]): Earnings {
  return sumEarnings(lines.map((line) => lineParts(pricedLine(line))))
}

/** Of tickets and fees, each as its gross and the VAT contained in it. */
export function sumEarnings(parts: readonly [ticket: VatTotal, fee: VatTotal][]): Earnings {
  const earned: Earnings = { sales: 0, vat: 0, fees: 0, feeVat: 0 }
  for (const [ticket, fee] of parts) {
    earned.sales += ticket.grossMinor - ticket.vatMinor
    earned.vat += ticket.vatMinor
    earned.fees += fee.grossMinor - fee.vatMinor
    earned.feeVat += fee.vatMinor
  }
  return earned
}
