/**
 * Decimal places of ISO 4217 currencies (List One, minor unit column). `Intl` follows CLDR's habits instead, which
 * differ for HUF and IQD among others, and an amount in minor units must not depend on them.
 */
const exponents: Record<string, number> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
  CLF: 4,
  UYW: 4,
}

export function exponentOf(currency: string): number {
  return exponents[currency] ?? 2
}

/** What `tickets` rounds amounts that it computes to, in minor units, for every payment provider to be able to take them. */
export function stepOf(currency: string): number {
  if (['HUF', 'MGA', 'TWD'].includes(currency)) return 100
  return exponentOf(currency) === 3 ? 10 : 1
}
