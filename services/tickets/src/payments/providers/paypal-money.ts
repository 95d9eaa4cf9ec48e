import { ProviderError } from '../provider.ts'

/** What PayPal takes, with the decimals that it writes. */
const DECIMALS: Record<string, number> = {
  ...Object.fromEntries(
    'AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD ILS MXN MYR NOK NZD PHP PLN SEK SGD THB USD'
      .split(' ')
      .map((currency) => [currency, 2]),
  ),
  HUF: 0,
  JPY: 0,
  TWD: 0,
}

export interface PayPalMoney {
  currency_code: string
  value: string
}

/**
 * Our minor units (ISO 4217) as PayPal's decimal text, exactly.
 * @throws ProviderError `refused` for a currency or an amount that PayPal cannot express: nothing is ever rounded.
 */
export function toPayPalMoney(amountMinor: number, currency: string): PayPalMoney {
  const decimals = decimalsOf(currency)
  const drop = isoDecimals(currency) - decimals
  if (amountMinor % 10 ** drop !== 0) {
    throw new ProviderError('refused', `PayPal takes ${currency} without decimals only`)
  }
  const digits = String(amountMinor / 10 ** drop).padStart(decimals + 1, '0')
  const value = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
  return { currency_code: currency, value }
}

/** PayPal's decimal text as our minor units, without ever being a fraction. */
export function fromPayPalMoney({ currency_code, value }: PayPalMoney): { amountMinor: number; currency: string } {
  const [, whole = '', fraction = ''] = /^(-?\d+)(?:\.(\d+))?$/.exec(value) ?? []
  const decimals = isoDecimals(currency_code)
  const exact = fraction.padEnd(decimals, '0')
  const amountMinor = Number(whole + exact.slice(0, decimals))
  if (whole === '' || /[1-9]/.test(exact.slice(decimals)) || !Number.isSafeInteger(amountMinor)) {
    throw new RangeError(`PayPal speaks of ${value} ${currency_code}, which is no amount`)
  }
  return { amountMinor, currency: currency_code }
}

function decimalsOf(currency: string): number {
  const decimals = DECIMALS[currency]
  if (decimals === undefined) throw new ProviderError('refused', `PayPal does not take ${currency}`)
  return decimals
}

/** Of all that PayPal takes, ISO 4217 has two decimals, but for the yen. */
const isoDecimals = (currency: string) => (currency === 'JPY' ? 0 : 2)
