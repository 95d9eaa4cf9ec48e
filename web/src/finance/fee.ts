import { exponentOf } from '#web/money/currencies.ts'

/** `2,5` → 250 basis points. `null` when it is no percentage from 0 to 100, or has more than two decimals. */
export function parsePercent(typed: string): number | null {
  const match = /^(\d{1,3})(?:[.,](\d{1,2}))?$/.exec(typed.replace(/[\s\u00a0\u202f%]/g, ''))
  if (!match) return null
  const bp = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
  return bp <= 10_000 ? bp : null
}

/** As a field offers it: `550` → `5,5` in French, `5.5` in English. */
export function typedPercent(bp: number, language: string): string {
  const text = String(bp / 100)
  return language === 'fr' ? text.replace('.', ',') : text
}

/** The VAT contained in an amount, halves up: for examples. */
export function vatContained(grossMinor: number, bp: number): number {
  return Math.floor((2 * grossMinor * bp + 10_000 + bp) / (2 * (10_000 + bp)))
}

/** A ticket's price that people can picture: 25.00 €, ¥2,500, 25.000 KWD. */
export function examplePrice(currency: string): number {
  const digits = exponentOf(currency)
  return digits === 0 ? 2_500 : 25 * 10 ** digits
}

/** The height of a rate on a day (`2026-11-22`); `null` before the first. */
export function rateOn(periods: readonly { startsOn: string; bp: number }[], day: string): number | null {
  return periods.findLast((period) => period.startsOn <= day)?.bp ?? null
}
