import { Refusal } from '../refusal.ts'
import type { TicketTypeOrder } from './record.ts'

/** Digits after the point by ISO 4217, where they are not two. `Intl` follows CLDR, which differs (HUF, IQD). */
const DIGITS: Record<string, number> = Object.fromEntries([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0]),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3]),
  ...'CLF UYW'.split(' ').map((code) => [code, 4]),
])
const SYMBOLS: Record<string, string> = { '€': 'EUR', $: 'USD', '£': 'GBP', '¥': 'JPY' }
const PRICE_MINOR_MAX = 100_000_000_000

/** `49.00 EUR`, `49,90 €`, `1 200 JPY`, `0` → minor units; undefined when it is none. Free has the currency EUR unless named. */
export function parsePrice(text: string, currency?: string): { priceMinor: number; currency: string } | undefined {
  const compact = text.replace(/[\s\u00a0\u202f']/g, '')
  const match = /^([€$£¥]|[A-Za-z]{3})?(\d{1,12}(?:[.,]\d{3})*)(?:[.,](\d{1,4}))?([€$£¥]|[A-Za-z]{3})?$/.exec(compact)
  if (!match) return undefined
  const [, before, whole = '', fraction = '', after] = match
  const named = before ?? after ?? currency?.trim()
  const code = named ? (SYMBOLS[named] ?? named.toUpperCase()) : undefined
  const digits = DIGITS[code ?? 'EUR'] ?? 2
  // `49.000` is either; with a currency of three digits it is a fraction, else thousands.
  const [units, part] = splitAmount(whole, fraction, digits)
  if (part.length > digits) return undefined
  const priceMinor = Number(units + part.padEnd(digits, '0'))
  if (priceMinor > PRICE_MINOR_MAX || (code !== undefined && !/^[A-Z]{3}$/.test(code))) return undefined
  if (code === undefined && priceMinor !== 0) return undefined
  return { priceMinor, currency: code ?? 'EUR' }
}

function splitAmount(whole: string, fraction: string, digits: number): [string, string] {
  const groups = whole.split(/[.,]/)
  const last = groups.at(-1) ?? ''
  if (fraction === '' && groups.length === 2 && digits === 3) return [groups[0] ?? '', last]
  return [groups.join(''), fraction]
}

/** `--ticket-type "Standard:49.00 EUR:200"`: name, price, places. The name may hold colons. */
export function readTicketTypeOption(option: string): TicketTypeOrder {
  const match = /^(.+):([^:]+):\s*(\d{1,8})\s*$/.exec(option)
  const [, name = '', priceText = '', capacityText = ''] = match ?? []
  const price = parsePrice(priceText)
  if (!match || !price || name.trim() === '' || name.length > 120) {
    throw new Refusal(
      `--ticket-type "${option}" is not like "Standard:49.00 EUR:200" (name, price with currency or 0, places).`,
    )
  }
  return { name: name.trim(), ...price, capacity: Number(capacityText) }
}
