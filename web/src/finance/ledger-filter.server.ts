import { LEDGER_KINDS } from '#web/api/finance.ts'
import { dayBegins, isDay } from '#web/time/local-time.server.ts'

/** What the address asks of the ledger: days as people name them, of which the last is included. */
export function askedLedger(url: URL, timeZone: string) {
  const asked = (name: string) => url.searchParams.get(name) ?? ''
  const day = (name: string) => (isDay(asked(name)) ? asked(name) : '')
  const shown = { from: day('from'), to: day('to'), kind: LEDGER_KINDS.find((kind) => kind === asked('kind')) ?? '' }
  const query = {
    from: dayBegins(shown.from, timeZone) ?? '',
    to: dayBegins(shown.to, timeZone, 1) ?? '',
    kind: shown.kind,
  }
  return { shown, query }
}
