import { sqlState } from '@guichet/database'
import { DomainError } from '@guichet/problem'

/** SQL states that are the fault of a row: bad data, a broken constraint, a wrong statement, too much of something; a trigger's. */
const FAULTS = /^(22|23|42|54|P0)/

/** True when the database is away, or too busy: no item of a batch would fare better alone. A fault in our code is none. */
export function isOutage(error: unknown): boolean {
  const state = sqlState(error)
  if (state !== undefined) return !FAULTS.test(state)
  if (!(error instanceof Error) || error instanceof DomainError) return false
  // Of the operating system (ECONNRESET), or the driver's, which have words only; Node's own (ERR_…) are our mistakes.
  if ('code' in error) return !String(error.code).startsWith('ERR_')
  return /connect|timeout/i.test(error.message)
}
