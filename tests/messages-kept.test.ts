import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const SERVICES = ['accounts', 'events', 'tickets', 'notifications']

/** The days after which rows of a table are thrown away, wherever a service's sources say so. */
function daysKept(folder: string, table: string): number[] {
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  return sources.flatMap((name) => {
    const text = readFileSync(join(folder, name), 'utf8')
    if (!new RegExp(`(delete from|deleteFrom\\('?)\\s*${table}\\b`).test(text)) return []
    const after = text.slice(text.search(new RegExp(`(delete from|deleteFrom\\('?)\\s*${table}\\b`)))
    const days = /interval '(\d+) days'/.exec(after)?.[1]
    return [days ? Number(days) : 0]
  })
}

describe('what is sent again to a broker that lost it', () => {
  it('is at most what outboxes keep, and inboxes remember it for longer', () => {
    const [outbox] = daysKept(join(ROOT, 'packages/messaging/src'), 'outbox')
    const most = /'republish_hours', (\d+)/.exec(
      readFileSync(join(ROOT, 'packages/messaging/src/rabbitmq-publisher.ts'), 'utf8'),
    )
    expect(outbox).toBe(7)
    expect(Number(most?.[1])).toBeLessThanOrEqual(24 * (outbox ?? 0))
    const places = ['packages/messaging/src', ...SERVICES.map((service) => `services/${service}/src`)]
    const inboxes = places.flatMap((place) => daysKept(join(ROOT, place), 'inbox'))
    expect(inboxes.length).toBeGreaterThan(0)
    for (const days of inboxes) expect(days).toBeGreaterThan(2 * (outbox ?? 0))
  })
})
