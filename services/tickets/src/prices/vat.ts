/** What has VAT in it: 2,000 of 12,000 at 20 %. */
const WHOLE_BP = 10_000

/**
 * The VAT contained in a gross amount, at a rate in basis points (550 = 5.5 %), halves up. Computed once per line and part of it
 * (ticket, fee), and never per ticket or per total: those are sums.
 */
export function vatContained(grossMinor: number, bp: number | null): number {
  if (bp === null || bp === 0) return 0
  const divisor = WHOLE_BP + bp
  const doubled = 2 * grossMinor * bp + divisor
  if (Number.isSafeInteger(doubled)) return Math.floor(doubled / (2 * divisor))
  return Number((2n * BigInt(grossMinor) * BigInt(bp) + BigInt(divisor)) / BigInt(2 * divisor))
}

/** A rate and since when it is in force, in milliseconds since the epoch. */
export interface VatPeriod {
  fromMs: number
  bp: number
}

/** The rate in force at an instant, of periods in the order of time; null where none is, or not yet. */
export function rateAt(periods: readonly VatPeriod[], nowMs: number): number | null {
  let bp: number | null = null
  for (const period of periods) if (period.fromMs <= nowMs) bp = period.bp
  return bp
}

/** What one line, or order, holds of each rate. */
export interface VatTotal {
  /** Null: without VAT. */
  bp: number | null
  grossMinor: number
  vatMinor: number
}

/** Sums amounts per rate, highest rate first, without VAT last; amounts of nothing are left out. */
export function sumByRate(parts: readonly VatTotal[]): VatTotal[] {
  const totals = new Map<number | null, VatTotal>()
  for (const { bp, grossMinor, vatMinor } of parts) {
    if (grossMinor === 0) continue
    const total = totals.get(bp)
    if (total) {
      total.grossMinor += grossMinor
      total.vatMinor += vatMinor
    } else totals.set(bp, { bp, grossMinor, vatMinor })
  }
  return [...totals.values()].sort((one, other) => (other.bp ?? -1) - (one.bp ?? -1))
}
