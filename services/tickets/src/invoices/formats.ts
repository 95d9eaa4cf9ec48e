import { decimal, decimalsOf } from '../money/currency.ts'

const tagOf = (locale: string) => (locale === 'fr' ? 'fr-FR' : 'en-GB')

/** `1 234,50 €` (with a narrow space, and one that does not break), `€1,234.50`; with the currency's own decimals. */
export function formatMoney(amountMinor: number, currency: string, locale: string): string {
  const digits = decimalsOf(currency)
  return new Intl.NumberFormat(tagOf(locale), {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(decimal(amountMinor, currency) as `${number}`)
}

/** `5,5 %`, `5.5%`; a dash where there is none. */
export function formatRate(bp: number | null, locale: string): string {
  if (bp === null) return '–'
  const format = new Intl.NumberFormat(tagOf(locale), { style: 'percent', maximumFractionDigits: 2 })
  return format.format(bp / 10_000)
}

/** `14 mars 2026`, in the time zone of the venue. */
export function formatDate(at: Date, timeZone: string, locale: string): string {
  return dateFormat(locale, timeZone, { dateStyle: 'long' }).format(at)
}

/** `samedi 14 mars 2026 à 20 h 30`, `Saturday, 14 March 2026 at 20:30`, in the time zone of the venue. */
export function formatDateTime(instant: string, timeZone: string, locale: string): string {
  const at = new Date(instant)
  const day = dateFormat(locale, timeZone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(
    at,
  )
  const time = dateFormat(locale, timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)
  if (locale !== 'fr') return `${day} at ${time}`
  const [hour, minute] = time.split(':')
  // A space that does not break, so that an hour stays on its line.
  return `${day} à ${Number(hour)}\u00A0h${minute === '00' ? '' : `\u00A0${minute}`}`
}

/** A zone that we do not know is shown as UTC. */
function dateFormat(locale: string, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(tagOf(locale), { ...options, timeZone })
  } catch {
    return new Intl.DateTimeFormat(tagOf(locale), { ...options, timeZone: 'UTC' })
  }
}
