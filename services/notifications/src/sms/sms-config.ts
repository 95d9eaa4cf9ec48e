import type { Settings } from '@guichet/server'
import type { SmsCaps } from './allowance.ts'
import { parseSmsPrices, type SmsPrices } from './prices.ts'
import { readTwilioUrl } from './twilio.ts'

export interface SmsConfig {
  /** Whether a text that GSM-7 cannot say may be sent as UCS-2, in parts of less than half the length. */
  unicode: boolean
  prices: SmsPrices | undefined
  caps: SmsCaps
}

export const SMS_DEFAULTS: SmsConfig = {
  unicode: true,
  prices: undefined,
  caps: { perOrder: 8, perNumberAndDay: 10, perOrganizerAndDay: 1_000 },
}

/** How SMS are written, counted and limited; faults are added to `faults`. */
export function readSmsConfig(read: Settings, faults: string[]): SmsConfig {
  const { caps } = SMS_DEFAULTS
  const list = read.optional('SMS_PRICES')
  const prices = list === undefined ? undefined : parseSmsPrices(list)
  if (list !== undefined && !prices) faults.push('NOTIFICATIONS_SMS_PRICES must be like "EUR 33=7 44=4 *=10"')
  const cap = (name: string, fallback: number) => read.integer(name, fallback, { min: 0, max: 1_000_000 })
  return {
    unicode: read.choice('SMS_UNICODE', ['yes', 'no'], 'yes') === 'yes',
    prices,
    caps: {
      perOrder: cap('SMS_PER_ORDER', caps.perOrder),
      perNumberAndDay: cap('SMS_PER_NUMBER_AND_DAY', caps.perNumberAndDay),
      perOrganizerAndDay: cap('SMS_PER_ORGANIZER_AND_DAY', caps.perOrganizerAndDay),
    },
  }
}

/** What is wrong with the address of the provider; it may hold a password, so it is not repeated. */
export function faultOfSmsUrl(url: string): string | undefined {
  if (/^(https?|file):/.test(url)) return undefined
  if (/^smpps?:/.test(url)) {
    const { username, hostname } = new URL(url)
    return username && hostname ? undefined : 'NOTIFICATIONS_SMS_URL must be like smpp://system-id:password@host:2775'
  }
  if (/^twilio:/.test(url)) {
    const { accountSid, authToken, from } = readTwilioUrl(url)
    const complete = /^AC[0-9a-f]{32}$/i.test(accountSid) && authToken && from
    return complete
      ? undefined
      : 'NOTIFICATIONS_SMS_URL must be like twilio://AC…:auth-token@api.twilio.com?from=+33…, or from=MG…'
  }
  return 'NOTIFICATIONS_SMS_URL must begin with twilio://, smpp://, smpps://, http://, https:// or file://'
}
