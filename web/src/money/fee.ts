import { stepOf } from './currencies.ts'

/** The fee of one ticket, in steps of its currency, halves up, as `tickets` reckons it. A free ticket bears none. */
export function feeOf(
  priceMinor: number,
  { percentBp, fixedMinor }: { percentBp: number; fixedMinor: number },
  currency: string,
): number {
  if (priceMinor === 0) return 0
  const step = stepOf(currency) * 10_000
  return Math.floor((fixedMinor * 10_000 + priceMinor * percentBp + step / 2) / step) * stepOf(currency)
}
