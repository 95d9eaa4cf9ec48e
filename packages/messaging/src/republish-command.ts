/**
 * Has a service send again what it has published (docs/runbooks/lost-messages.md). Run by `./guichet messages
 * republish`, or beside a service with `DATABASE_URL=… node packages/messaging/src/republish-command.ts --since 2h`.
 */
import { parseArgs } from 'node:util'
import { createDatabase } from '@guichet/database'
import { requestRepublish } from './republish.ts'

const USAGE = 'Usage: DATABASE_URL=postgres://… republish-command.ts --since 90m | 36h | 7d | 2026-11-23T08:00:00Z'
const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const KEPT_MS = 7 * 86_400_000

/** A point in time, or how long ago. Undefined when it is neither, or lies outside of what outboxes keep. */
export function parseSince(text: string, now = Date.now()): Date | undefined {
  const [, amount, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  const since = amount ? now - Number(amount) * (UNITS[unit] ?? 0) : Date.parse(text)
  return since <= now && since >= now - KEPT_MS ? new Date(since) : undefined
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { since: { type: 'string' } } })
  const since = parseSince(values.since ?? '')
  const url = process.env.DATABASE_URL
  if (!url || !since) {
    console.error(`${USAGE}\nOutboxes keep what they have published for seven days.`)
    return 2
  }
  const db = createDatabase(url, { max: 1 })
  try {
    const count = await requestRepublish(db, 'asked for by a person', since)
    console.log(`${count} messages since ${since.toISOString()} will be sent again`)
    return 0
  } finally {
    await db.destroy()
  }
}

if (import.meta.main) process.exitCode = await main()
