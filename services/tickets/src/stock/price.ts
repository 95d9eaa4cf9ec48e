import { feeOf } from '../prices/fee.ts'
import { rateAt } from '../prices/vat.ts'
import type { CodeTerms, Line, TypeTerms } from './decide.ts'

export interface LinePrice {
  unitPriceMinor: number
  /** What it would cost without the code; null when none lowers it. */
  fullPriceMinor: number | null
  /** On top of it, paid by the buyer. */
  unitFeeMinor: number
  /** VAT contained in each, in basis points; null: none. */
  vatBp: number | null
  feeVatBp: number | null
}

/** True when the code is for this type: named by it, or it names none and the type is no hidden one. */
export function codeConcerns(code: CodeTerms, type: Pick<TypeTerms, 'id' | 'hidden'>): boolean {
  return code.ticketTypeIds.length === 0 ? !type.hidden : code.ticketTypeIds.includes(type.id)
}

/**
 * The price with a code: never below zero. What a percentage leaves is rounded to the nearest step of the currency (`stepOf`),
 * halves in the buyer's favour, and is never above the full price.
 */
export function discounted(
  priceMinor: number,
  { discountPercent, discountMinor }: Pick<CodeTerms, 'discountPercent' | 'discountMinor'>,
  stepMinor: number,
): number {
  if (discountMinor !== null) return Math.max(0, priceMinor - discountMinor)
  if (discountPercent === null) return priceMinor
  const step = stepMinor * 100
  const left = Math.ceil((priceMinor * (100 - discountPercent) - step / 2) / step) * stepMinor
  return Math.min(priceMinor, Math.max(0, left))
}

/** The price of a type with the code; where the buyer chooses it, the least. */
export function leastPrice(type: TypeTerms, code: CodeTerms | undefined): number {
  return code && codeConcerns(code, type) ? discounted(type.priceMinor, code, type.stepMinor) : type.priceMinor
}

/** The price of one ticket of a line, all-in; where the buyer chooses it, undefined when the choice is below the least. */
export function priceLine(type: TypeTerms, line: Line, code: CodeTerms | undefined, now: Date): LinePrice | undefined {
  const least = leastPrice(type, code)
  if (type.pricing === 'chosen') {
    const chosen = line.chosenPriceMinor ?? Math.max(type.suggestedPriceMinor ?? 0, least)
    return chosen < least ? undefined : withFee(type, chosen, null, now)
  }
  return withFee(type, least, least < type.priceMinor ? type.priceMinor : null, now)
}

function withFee(type: TypeTerms, unitPriceMinor: number, fullPriceMinor: number | null, now: Date): LinePrice {
  const { vat, fee, stepMinor } = type
  const unitFeeMinor = feeOf(unitPriceMinor, fee, stepMinor)
  return {
    unitPriceMinor,
    fullPriceMinor,
    unitFeeMinor,
    vatBp: rateAt(vat, now.getTime()),
    feeVatBp: fee && unitFeeMinor > 0 ? rateAt(fee.vat, now.getTime()) : null,
  }
}
