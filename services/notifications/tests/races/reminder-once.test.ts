import { sql } from '@guichet/database'
import { newUuid, parseId, toId } from '@guichet/server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addDeliveries } from '../../src/deliveries/add-deliveries.ts'
import { beginReminder } from '../../src/reminders/begin-reminder.ts'
import { eventFacts, eventMessages } from '../event-facts.ts'
import { type Fixture, startNotifications } from '../fixture.ts'

const WORKERS = 8

let fixture: Fixture
let ruleUuid: string

beforeAll(async () => {
  fixture = await startNotifications({ started: false })
  const { startConsuming } = await import('../../src/consumers.ts')
  startConsuming(fixture.context, fixture.bus, {})
  // Without this key the lock stands alone.
  await sql`alter table announcement drop constraint announcement_once`.execute(fixture.db)
})
afterAll(() => fixture?.end())

beforeEach(async () => {
  const facts = eventFacts(fixture, { hoursAhead: 48 })
  await eventMessages(fixture).published(facts)
  const answer = await fixture.app.inject({
    method: 'POST',
    url: `/v1/events/${facts.eventId}/reminder-rules`,
    headers: { authorization: `Bearer ${await fixture.token({ [facts.organizerId]: 'owner' })}` },
    payload: { timing: { minutesBefore: 60 } },
  })
  ruleUuid = parseId('rem', answer.json().id) ?? ''
  fixture.clock.advance(47 * 3_600)
})

const announced = async () =>
  (await fixture.db.selectFrom('announcement').select('id').where('reminder_rule_id', '=', ruleUuid).execute()).length

describe('a reminder that many workers find due at once', () => {
  it('begins once', async () => {
    await Promise.all(Array.from({ length: WORKERS }, () => beginReminder(fixture.context)))
    expect(await announced()).toBe(1)
  })

  it('control: without the lock it begins more than once', async () => {
    const readers = allOf(WORKERS)
    await Promise.all(Array.from({ length: WORKERS }, () => beginWithoutLock(readers)))
    expect(await announced()).toBeGreaterThan(1)
  })

  it('is one message per order, though it were planned twice; control: without the key it is two', async () => {
    const orderUuid = newUuid()
    const plan = () =>
      addDeliveries(fixture.db, fixture.clock.now(), [
        {
          source: toId('rem', ruleUuid),
          kind: 'event-reminder',
          channel: 'email',
          recipientKey: orderUuid,
          orderId: orderUuid,
          reminderRuleId: ruleUuid,
        },
      ])
    const added = await Promise.all([plan(), plan(), plan()])
    expect(added.reduce((sum, count) => sum + count, 0)).toBe(1)
    await sql`drop index delivery_once`.execute(fixture.db)
    expect(await plan()).toBe(1)
  })
})

/** Holds each of so many until the last has come. */
function allOf(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let come = 0
  return () => {
    if (++come === count) resolve()
    return promise
  }
}

/** What beginReminder does, less its lock. */
async function beginWithoutLock(allHaveRead: () => Promise<void>): Promise<void> {
  await fixture.db.transaction().execute(async (tx) => {
    const rule = await tx
      .selectFrom('reminder_rule')
      .select(['id', 'event_id', 'organizer_id'])
      .where('id', '=', ruleUuid)
      .where('state', '=', 'waiting')
      .executeTakeFirst()
    // All have read before the first has written, as it happens between two machines.
    await allHaveRead()
    if (!rule) return
    const now = fixture.clock.now()
    await tx.updateTable('reminder_rule').set({ state: 'begun', begun_at: now }).where('id', '=', rule.id).execute()
    await tx
      .insertInto('announcement')
      .values({
        id: newUuid(),
        kind: 'event-reminder',
        source: rule.id,
        event_id: rule.event_id,
        organizer_id: rule.organizer_id,
        facts: '{}',
        reminder_rule_id: rule.id,
        channels: ['email'],
        next_attempt_at: now,
        created_at: now,
      })
      .execute()
  })
}
