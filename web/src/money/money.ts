import { type Language, localeOf } from '../messages/language.ts'
import { exponentOf } from './currencies.ts'

/** `123450, 'EUR'` → `1 234,50 €` in French (U+202F, U+00A0), `€1,234.50` in English. */
export function formatMoney(minor: number, currency: string, language: Language): string {
  const digits = exponentOf(currency)
  return new Intl.NumberFormat(localeOf[language], {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(decimalOf(minor, digits) as Intl.StringNumericLiteral)
}

/** A rate in basis points: `550` → `5,5 %` in French, `5.5%` in English. */
export function formatRate(bp: number, language: Language): string {
  return new Intl.NumberFormat(localeOf[language], { style: 'percent', maximumFractionDigits: 2 }).format(bp / 10_000)
}

/** The amount as people type it in a field: `4900` → `49.00`. */
export function decimalMoney(minor: number, currency: string): string {
  return decimalOf(minor, exponentOf(currency))
}

/** As a field offers it to a reader: `12,50` in French, `12.50` in English. */
export function typedMoney(minor: number, currency: string, language: Language): string {
  const amount = decimalMoney(minor, currency)
  return language === 'fr' ? amount.replace('.', ',') : amount
}

/**
 * What was typed, in minor units: `49`, `49.5`, `49,50`, `1 234,50`, `12,50 €`. `null` when it is no amount of that
 * currency, such as one with more decimals than it has: guessing would charge what nobody meant.
 */
export function parseMoney(typed: string, currency: string): number | null {
  const digits = exponentOf(currency)
  const match = /^(\d{1,9})(?:[.,](\d+))?$/.exec(typed.replace(/[\s\u00a0\u202f\p{Sc}]/gu, ''))
  if (!match) return null
  const fraction = match[2] ?? ''
  if (fraction.length > digits) return null
  return Number(match[1]) * 10 ** digits + Number(fraction.padEnd(digits, '0') || '0')
}

function decimalOf(minor: number, digits: number): string {
  const text = String(Math.abs(minor)).padStart(digits + 1, '0')
  const whole = text.slice(0, text.length - digits)
  const sign = minor < 0 ? '-' : ''
  return digits === 0 ? `${sign}${text}` : `${sign}${whole}.${text.slice(-digits)}`
}
