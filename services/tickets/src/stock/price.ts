import type { CodeTerms, Line, TypeTerms } from './decide.ts'

export interface LinePrice {
  unitPriceMinor: number
  /** What it would cost without the code; null when none lowers it. */
  fullPriceMinor: number | null
}

/** True when the code is for this type: named by it, or it names none and the type is no hidden one. */
export function codeConcerns(code: CodeTerms, type: Pick<TypeTerms, 'id' | 'hidden'>): boolean {
  return code.ticketTypeIds.length === 0 ? !type.hidden : code.ticketTypeIds.includes(type.id)
}

/** The price with a code: never below zero; percentages round to the nearest minor unit, halves in the buyer's favour. */
export function discounted(priceMinor: number, code: Pick<CodeTerms, 'discountPercent' | 'discountMinor'>): number {
  const off = code.discountMinor ?? Math.floor((priceMinor * (code.discountPercent ?? 0) + 50) / 100)
  return Math.max(0, priceMinor - off)
}

/** The price of a type with the code; where the buyer chooses it, the least. */
export function leastPrice(type: TypeTerms, code: CodeTerms | undefined): number {
  return code && codeConcerns(code, type) ? discounted(type.priceMinor, code) : type.priceMinor
}

/** The price of one ticket of a line; where the buyer chooses it, undefined when the choice is below the least. */
export function priceLine(type: TypeTerms, line: Line, code: CodeTerms | undefined): LinePrice | undefined {
  const least = leastPrice(type, code)
  if (type.pricing === 'chosen') {
    const chosen = line.chosenPriceMinor ?? Math.max(type.suggestedPriceMinor ?? 0, least)
    return chosen < least ? undefined : { unitPriceMinor: chosen, fullPriceMinor: null }
  }
  return { unitPriceMinor: least, fullPriceMinor: least < type.priceMinor ? type.priceMinor : null }
}
