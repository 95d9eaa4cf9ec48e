import { parseArgs } from 'node:util'
import { sql } from '@guichet/database'
import { ConfigError, parseId, toId } from '@guichet/server'
import type { Context } from '../context.ts'
import type { DifferenceRow } from '../db.ts'
import { carryOut, type RunResult } from './carry-out.ts'
import { presentDifference, presentRun } from './present.ts'
import { requestRun } from './runs.ts'

/** How the command ends when the books do not agree. */
const DIFFERENT = 3

/**
 * `reconcile [--repair] [--json] [--all | --since 2026-11-01] [--organizer org_…]`: holds the books against each other and against
 * the providers', and prints every difference. Ends with 0 when all agree (or agree again), 3 when something is left.
 */
export async function reconcileCommand(
  ctx: Context,
  args: string[],
  write: (text: string) => unknown,
): Promise<number> {
  const options = readOptions(args)
  const results: RunResult[] = []
  for (const organizerId of options.organizerId ? [options.organizerId] : await organizers(ctx)) {
    const run = await requestRun(ctx, { ...options, organizerId, trigger: 'command' })
    results.push(await carryOut(ctx, run))
  }
  if (options.json) {
    const items = results.map(({ run, open }) => ({ ...presentRun(run), differences: open.map(presentDifference) }))
    write(`${JSON.stringify({ items }, null, 2)}\n`)
  } else write(inWords(results, options.repair))
  return results.some(({ open }) => open.length > 0) ? DIFFERENT : 0
}

function readOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      repair: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      since: { type: 'string' },
      organizer: { type: 'string' },
    },
  })
  const since = values.all ? new Date(0) : values.since === undefined ? undefined : new Date(values.since)
  if (since && Number.isNaN(since.getTime())) throw new ConfigError(['--since is not a date'])
  const organizerId = values.organizer === undefined ? undefined : parseId('org', values.organizer)
  if (values.organizer !== undefined && !organizerId) throw new ConfigError(['--organizer is not an id (org_…)'])
  return { repair: values.repair, json: values.json, since, organizerId }
}

async function organizers(ctx: Context): Promise<string[]> {
  const { rows } = await sql<{ organizer_id: string }>`
    select distinct organizer_id from event
     where exists (select from orders where orders.event_id = event.event_id) order by 1`.execute(ctx.db)
  return rows.map((row) => row.organizer_id)
}

function inWords(results: readonly RunResult[], repaired: boolean): string {
  const sum = (count: (result: RunResult) => number) => results.reduce((total, result) => total + count(result), 0)
  const open = results.flatMap((result) => result.open)
  const unasked = sum(({ run }) => run.payments_unasked)
  return [
    ...open.map(lineOf),
    `${sum(({ run }) => run.events)} events of ${results.length} organizers, ${sum(({ run }) => run.payments_asked)} payments compared with their providers`,
    ...(unasked > 0 ? [`${unasked} payments not compared: their provider did not answer`] : []),
    ...(repaired ? [`${sum(({ run }) => run.repaired)} differences repaired`] : []),
    open.length === 0 ? 'The books agree.' : `${open.length} differences are left.`,
    '',
  ].join('\n')
}

function lineOf(row: DifferenceRow): string {
  const { subject, orderId, repairable } = presentDifference(row)
  const amounts = row.expected === null ? '' : ` expected ${row.expected} found ${row.actual} ${row.currency ?? ''}`
  const facts = Object.entries(row.detail).map(([name, value]) => `${name}=${value}`)
  const order = orderId && orderId !== subject ? ` order ${orderId}` : ''
  return `${row.kind} ${subject}${order} event ${toId('evt', row.event_id)}${amounts} ${facts.join(' ')}${repairable ? ' (repairable)' : ''}`
}
