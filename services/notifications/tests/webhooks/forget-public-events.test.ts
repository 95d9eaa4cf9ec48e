import { inTransaction } from '@guichet/database'
import { newUuid, toUuid } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forgetPublicEvents } from '../../src/jobs/forget-public-events.ts'
import { addEvent, type NewEvent } from '../../src/webhooks/add-event.ts'
import { startWithWebhooks, type WebhookFixture } from './fixture.ts'

let fixture: WebhookFixture

beforeAll(async () => {
  // Nothing is posted: what is open stays as the tests leave it.
  fixture = await startWithWebhooks({ started: false })
})
afterAll(() => fixture?.end())

/** Turned off by hand, with what is open left as it is. */
const turnOff = (uuid: string) =>
  fixture.db
    .updateTable('webhook_endpoint')
    .set({ enabled: false, disabled_reason: 'by-hand', disabled_at: fixture.clock.now() })
    .where('id', '=', uuid)
    .execute()

/** An endpoint with one event of its own, whose webhook is open and falls due at some time. */
async function endpointWith(state: 'pending' | 'sending', due: Date) {
  const { id } = await fixture.endpoint(`http://127.0.0.1:9/${newUuid()}`)
  const uuid = toUuid('whk', id)
  const now = fixture.clock.now()
  const organizerId = toUuid('org', fixture.organizerId)
  const what = { type: 'order.confirmed', occurredAt: now, data: {}, test: false, streamed: false }
  const event: NewEvent = { id: newUuid(), organizerId, ...what }
  expect(await inTransaction(fixture.db, (tx) => addEvent(tx, now, event, { endpointId: uuid }))).toBe(1)
  const open = { state, next_attempt_at: due, lease: state === 'sending' ? newUuid() : null }
  await fixture.db.updateTable('webhook_delivery').set(open).where('endpoint_id', '=', uuid).execute()
  await turnOff(uuid)
  return { uuid, left: async () => (await fixture.webhooks(id)).length }
}

describe('a public event that is too old', () => {
  it('is kept for who is still to get it, and not for an endpoint that is off', async () => {
    const now = fixture.clock.now()
    const died = await endpointWith('sending', now)
    const late = await endpointWith('pending', now)
    const replayed = await endpointWith('pending', new Date(now.getTime() + 30 * 86_400_000))
    const waiting = await endpointWith('pending', now)
    const on = { enabled: true, disabled_reason: null, disabled_at: null }
    await fixture.db.updateTable('webhook_endpoint').set(on).where('id', '=', waiting.uuid).execute()
    fixture.clock.advance(30 * 24 * 3_600 + 1)
    await forgetPublicEvents(fixture.context)
    const left = [await died.left(), await late.left(), await replayed.left(), await waiting.left()]
    expect(left).toEqual([0, 0, 1, 1])
  })
})
