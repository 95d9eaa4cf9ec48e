import { decimalsOf } from '../money/currency.ts'

/**
 * An amount as banks of the world write it, in minor units: `1 234,56`, `1.234,56`, `1'234.56`, `-12`, `12,00-`, `€ 49.00`.
 * Undefined for what is no amount of the currency, or could be two.
 */
export function parseAmount(text: string, currency: string): number | undefined {
  const bare = text.replace(/[\s'’\u00a0\u202f]|[A-Z]{3}|[€$£¥]/g, '')
  const shape = /^([+-]?)(\d[\d.,]*)(-?)$/.exec(bare)
  const digits = shape?.[2]
  if (!digits) return undefined
  const decimals = decimalsOf(currency)
  const at = decimalMark(digits, decimals)
  const whole = (at === undefined ? digits : digits.slice(0, at)).replace(/[.,]/g, '')
  const fraction = at === undefined ? '' : digits.slice(at + 1)
  // Banks write two decimals for a currency without any; they must then be zeros.
  if (/[^0]/.test(fraction.slice(decimals))) return undefined
  const minor = Number(whole + fraction.slice(0, decimals).padEnd(decimals, '0'))
  if (!Number.isSafeInteger(minor)) return undefined
  return shape[1] === '-' || shape[3] === '-' ? -minor : minor
}

/** Where the decimals begin: after the last of two kinds of marks, or after a single one that groups no thousands. */
function decimalMark(digits: string, decimals: number): number | undefined {
  const marks = [...digits].filter((letter) => letter === '.' || letter === ',')
  const last = Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(','))
  if (marks.length === 0) return undefined
  if (new Set(marks).size === 2) return last
  if (marks.length > 1) return undefined
  const after = digits.length - last - 1
  return after === 3 && decimals !== 3 ? undefined : last
}
