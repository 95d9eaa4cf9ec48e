/** ISO 4217 active codes. `Intl` follows CLDR, which also has codes that are no longer money. */
const CODES = new Set(
  (
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF ' +
    'CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD ' +
    'HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL ' +
    'MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON ' +
    'RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX ' +
    'USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG'
  ).split(' '),
)

export function isCurrency(code: string): boolean {
  return CODES.has(code)
}

/** Highest price of one ticket in minor units: a full order (20 lines of 1,000) of them is still an exact integer. */
export const PRICE_MINOR_MAX = 100_000_000_000

/** The sum of whole lines, exact; throws rather than be one unit wrong. */
export function totalMinor(lines: readonly { quantity: number; unitPriceMinor: number }[]): number {
  const total = lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0)
  if (!Number.isSafeInteger(total)) throw new RangeError('An amount of money is too large to be exact')
  return total
}

/** Decimals of ISO 4217 where they are not two. */
const DECIMALS = new Map(
  Object.entries({
    0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
    3: 'BHD IQD JOD KWD LYD OMR TND',
    4: 'CLF UYW',
  }).flatMap(([decimals, codes]) => codes.split(' ').map((code) => [code, Number(decimals)] as const)),
)

/** How many decimals a currency has (ISO 4217). */
export function decimalsOf(currency: string): number {
  return DECIMALS.get(currency) ?? 2
}

/** An amount as a decimal number with all its decimals: `decimal(1999, 'EUR')` is `19.99`, of JPY `1999`. */
export function decimal(amountMinor: number, currency: string): string {
  const decimals = decimalsOf(currency)
  const digits = String(Math.abs(amountMinor)).padStart(decimals + 1, '0')
  const sign = amountMinor < 0 ? '-' : ''
  return decimals === 0 ? sign + digits : `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

/** Of these, whose subunits nobody uses, some providers take whole units alone; of three decimals, some take two. */
const COARSE = new Map(['HUF', 'MGA', 'TWD'].map((code) => [code, 100]))

/** What an amount that we compute must be a multiple of, in minor units, for every provider to be able to express it. */
export function stepOf(currency: string): number {
  return COARSE.get(currency) ?? (decimalsOf(currency) === 3 ? 10 : 1)
}
