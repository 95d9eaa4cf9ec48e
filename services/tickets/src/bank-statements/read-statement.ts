import { createHash } from 'node:crypto'
import { DomainError } from '@guichet/problem'
import { isCurrency } from '../money/currency.ts'
import { guessDelimiter, parseCsv } from './parse-csv.ts'

/** A row of a statement as the bank wrote it. */
export interface StatementRow {
  /** In the file, from 1. */
  row: number
  bookedOn: string | undefined
  /** Not yet a number: that needs the currency. */
  amount: string
  currency: string | undefined
  /** All that the bank says of it in words. */
  text: string
  digest: Buffer
}

export const ROWS_MAX = 5_000

/** How banks head their columns, in English, French and German; without accents and punctuation. */
const HEADS = {
  date: /^(booking|booked|value|transaction|posting|completed)?(date|day)(ofoperation|ofbooking|utc)?$|^date(de|d)?(l)?(operation|comptabilisation|comptable|valeur)$|^(buchungstag|buchungsdatum|valuta|valutadatum|datum)$/,
  amount: /^(amount|transactionamount|montant|montantdeloperation|betrag|umsatz)(ineur|eur|eneur|eneuros)?$/,
  credit: /^(credit|creditamount|moneyin|paidin|montantcredit|credit(en)?eur(os)?|haben|gutschrift)$/,
  debit: /^(debit|debitamount|moneyout|paidout|montantdebit|debit(en)?eur(os)?|soll|lastschrift)$/,
  currency: /^(currency|devise|monnaie|wahrung|waehrung)$/,
}

/**
 * The rows of a bank's CSV statement, whatever its delimiter, its order of columns and what stands above their heads.
 * @throws DomainError `statement-unreadable` when no heads for a date and an amount are found.
 */
export function readStatement(csv: string): StatementRow[] {
  const text = csv.replace(/^\uFEFF/, '')
  const records = parseCsv(text, guessDelimiter(text))
  const headAt = records.slice(0, 50).findIndex((record) => columnsOf(record) !== undefined)
  const columns = columnsOf(records[headAt] ?? [])
  if (!columns) throw new DomainError('statement-unreadable')
  const rows = records.slice(headAt + 1)
  if (rows.length > ROWS_MAX) throw new DomainError('statement-too-long', { rowsMax: ROWS_MAX })
  const seen = new Map<string, number>()
  return rows.map((record, index) => {
    const whole = JSON.stringify(record)
    const nth = seen.get(whole) ?? 0
    seen.set(whole, nth + 1)
    const at = (column: number | undefined) => (column === undefined ? '' : (record[column] ?? ''))
    const currency = at(columns.currency).toUpperCase()
    return {
      row: headAt + index + 2,
      bookedOn: parseDay(at(columns.date)),
      amount:
        at(columns.amount) || at(columns.credit) || (at(columns.debit) && `-${at(columns.debit).replace(/^-/, '')}`),
      currency: isCurrency(currency) ? currency : undefined,
      text: record
        .filter((value, column) => value !== '' && !columns.taken.includes(column))
        .join(' ')
        .slice(0, 500),
      // Two equal rows are two transfers; the same two in the next statement are these again.
      digest: createHash('sha256').update(`${nth}\n${whole}`).digest(),
    }
  })
}

function columnsOf(record: string[]) {
  const heads = record.map((head) =>
    head
      .normalize('NFD')
      .toLowerCase()
      .replace(/[^a-z]/g, ''),
  )
  const find = (pattern: RegExp) => {
    const index = heads.findIndex((head) => pattern.test(head))
    return index < 0 ? undefined : index
  }
  const { date, amount, credit, debit, currency } = {
    date: find(HEADS.date),
    amount: find(HEADS.amount),
    credit: find(HEADS.credit),
    debit: find(HEADS.debit),
    currency: find(HEADS.currency),
  }
  if (date === undefined || (amount === undefined && credit === undefined)) return undefined
  const taken = [date, amount, credit, debit, currency].filter((column) => column !== undefined)
  return { date, amount, credit, debit, currency, taken }
}

/** `2026-11-22`, `22/11/2026`, `22.11.26`: the day first, as everywhere but in the United States. */
function parseDay(text: string): string | undefined {
  const iso = /^(\d{4})-(\d\d)-(\d\d)/.exec(text)
  const local = /^(\d\d?)[./-](\d\d?)[./-](\d{2}|\d{4})$/.exec(text)
  const [year, month, day] = iso
    ? [iso[1], iso[2], iso[3]]
    : [local?.[3]?.padStart(4, '20'), local?.[2]?.padStart(2, '0'), local?.[1]?.padStart(2, '0')]
  const written = `${year}-${month}-${day}`
  const instant = new Date(`${written}T00:00:00Z`)
  return Number.isNaN(instant.getTime()) || instant.toISOString().slice(0, 10) !== written ? undefined : written
}
