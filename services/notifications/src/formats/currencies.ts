/**
 * Decimal places of the ISO 4217 currencies that have not two (List One, minor unit). `Intl` follows CLDR's habits
 * instead, which differ for HUF and IQD among others, and an amount in minor units must not depend on them.
 */
const EXPONENTS: Readonly<Record<string, number>> = Object.fromEntries([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0]),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3]),
  ...'CLF UYW'.split(' ').map((code) => [code, 4]),
])

export function exponentOf(currency: string): number {
  return EXPONENTS[currency] ?? 2
}
