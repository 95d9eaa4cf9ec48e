import type { VatPeriod } from './vat.ts'

/** What the buyer pays on top of each ticket, VAT included. Only where the buyer bears it. */
export interface FeeTerms {
  /** Of the ticket's price, in basis points. */
  percentBp: number
  fixedMinor: number
  vat: readonly VatPeriod[]
}

/** No more than the price itself and the highest fixed amount, so that a full order stays an exact integer. */
export const FEE_PERCENT_BP_MAX = 10_000

/**
 * The fee of one ticket at the price that is paid for it, in steps of its currency (`stepOf`), halves up. A free ticket bears
 * none, whatever made it free.
 */
export function feeOf(
  unitPriceMinor: number,
  fee: Pick<FeeTerms, 'percentBp' | 'fixedMinor'> | null,
  stepMinor: number,
): number {
  if (!fee || unitPriceMinor === 0) return 0
  const exact = fee.fixedMinor * 10_000 + unitPriceMinor * fee.percentBp
  const step = stepMinor * 10_000
  return Math.floor((exact + step / 2) / step) * stepMinor
}
