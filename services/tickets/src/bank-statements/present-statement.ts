import type { Static } from 'typebox'
import { type MatchedRow, presentRow } from './match-rows.ts'
import type { StatementAnswer } from './statement-schema.ts'

/** What a statement comes to, row by row and in sums. */
export function presentStatement(rows: readonly MatchedRow[]): Static<typeof StatementAnswer> {
  const counts: Record<string, number> = {}
  const totals: Record<string, number> = {}
  for (const { outcome, amountMinor, transfer } of rows) {
    counts[outcome] = (counts[outcome] ?? 0) + 1
    if (outcome === 'paid' && transfer)
      totals[transfer.currency] = (totals[transfer.currency] ?? 0) + (amountMinor ?? 0)
  }
  return { rows: rows.map(presentRow), counts, totals }
}
