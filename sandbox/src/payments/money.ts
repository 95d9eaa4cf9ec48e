import type { Language } from '../language.ts'

/** ISO 4217 active codes whose minor unit is not 2. `Intl` follows CLDR, which differs (HUF, IQD, …), so the table is ours. */
const EXPONENTS: Record<number, string> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
}
const TWO =
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG'

const exponents = new Map<string, number>(TWO.split(' ').map((code) => [code, 2]))
for (const [exponent, codes] of Object.entries(EXPONENTS)) {
  for (const code of codes.split(' ')) exponents.set(code, Number(exponent))
}

export function isCurrency(code: string): boolean {
  return exponents.has(code)
}

/** Writes integer minor units as money, exactly: `(1999, 'EUR', 'fr')` → `19,99 €`, `(500, 'JPY', 'en')` → `¥500`. */
export function formatMoney(amountMinor: number, currency: string, language: Language): string {
  const exponent = exponents.get(currency) ?? 2
  const digits = String(amountMinor).padStart(exponent + 1, '0')
  const whole = digits.slice(0, digits.length - exponent)
  const decimal = exponent === 0 ? whole : `${whole}.${digits.slice(-exponent)}`
  return new Intl.NumberFormat(language === 'fr' ? 'fr-FR' : 'en-GB', {
    style: 'currency',
    currency,
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  }).format(decimal as Intl.StringNumericLiteral)
}
