import type { OrderLineRow } from '../db.ts'
import { apportion } from './apportion.ts'
import { type VatTotal, vatContained } from './vat.ts'

/** What a line costs, and the VAT of its two parts. */
export interface PricedLine {
  quantity: number
  unitPriceMinor: number
  unitFeeMinor: number
  vatBp: number | null
  feeVatBp: number | null
}

export function pricedLine(row: OrderLineRow): PricedLine {
  return {
    quantity: row.quantity,
    unitPriceMinor: row.unit_price_minor,
    unitFeeMinor: row.unit_fee_minor,
    vatBp: row.vat_bp,
    feeVatBp: row.fee_vat_bp,
  }
}

/** A line's gross, of which the VAT is taken. */
export function lineTotal({ quantity, unitPriceMinor, unitFeeMinor }: PricedLine): number {
  return quantity * (unitPriceMinor + unitFeeMinor)
}

/** A line's tickets and its fees, with the VAT contained in each. */
export function lineParts(line: PricedLine): [VatTotal, VatTotal] {
  return [part(line.quantity * line.unitPriceMinor, line.vatBp), part(line.quantity * line.unitFeeMinor, line.feeVatBp)]
}

/**
 * The parts of an amount that is given back of a line, of which `beforeMinor` was given back already. Whatever the steps, they
 * sum to the parts of the line, gross and VAT to the minor unit.
 */
export function creditParts(line: PricedLine, beforeMinor: number, amountMinor: number): [VatTotal, VatTotal] {
  const [ticket, fee] = partsUpTo(line, beforeMinor + amountMinor)
  const [ticketBefore, feeBefore] = partsUpTo(line, beforeMinor)
  return [minus(ticket, ticketBefore), minus(fee, feeBefore)]
}

function partsUpTo(line: PricedLine, amountMinor: number): [VatTotal, VatTotal] {
  const whole = [line.quantity * line.unitPriceMinor, line.quantity * line.unitFeeMinor]
  const [ticket = 0, fee = 0] = apportion(amountMinor, whole)
  return [part(ticket, line.vatBp), part(fee, line.feeVatBp)]
}

function part(grossMinor: number, bp: number | null): VatTotal {
  return { bp, grossMinor, vatMinor: vatContained(grossMinor, bp) }
}

function minus(one: VatTotal, other: VatTotal): VatTotal {
  return { bp: one.bp, grossMinor: one.grossMinor - other.grossMinor, vatMinor: one.vatMinor - other.vatMinor }
}
