import type { Language } from '@guichet/problem'
import { exponentOf } from './currencies.ts'
import { LOCALES } from './locales.ts'

/** `123450, 'EUR'` → `1 234,50 €` in French (U+202F, then U+00A0), `€1,234.50` in English. Exact: never a float. */
export function formatMoney(minor: number, currency: string, language: Language): string {
  const digits = exponentOf(currency)
  const text = String(Math.abs(minor)).padStart(digits + 1, '0')
  const whole = text.slice(0, text.length - digits)
  const decimal = `${minor < 0 ? '-' : ''}${whole}${digits > 0 ? `.${text.slice(-digits)}` : ''}`
  return new Intl.NumberFormat(LOCALES[language], {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(decimal as Intl.StringNumericLiteral)
}
