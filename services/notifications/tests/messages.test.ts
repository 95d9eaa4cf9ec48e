import { readFile } from 'node:fs/promises'
import { newUuid, parseId, toId } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Fixture, startNotifications } from './fixture.ts'

let fixture: Fixture

beforeAll(async () => {
  fixture = await startNotifications()
  // Both are away for as long as the clock stands: no sender holds, or puts back, what the tests set to sent.
  for (const peer of ['tickets', 'accounts'] as const) fixture.context.outages.report(peer)
})
afterAll(() => fixture?.end())

/** The example that the owner of the message commits beside its schema. */
async function example(type: string): Promise<Record<string, string>> {
  return JSON.parse(
    await readFile(new URL(`../../../contracts/messages/${type}.example.json`, import.meta.url), 'utf8'),
  )
}

const announcements = () =>
  fixture.db.selectFrom('announcement').select(['kind', 'event_id', 'organizer_id', 'facts']).orderBy('id').execute()

describe('each message that is listened to, as its owner wrote it', () => {
  it.each([
    ['tickets.transfer-awaited.v1', 'transfer-instructions'],
    ['tickets.hold-reminder-requested.v1', 'hold-reminder'],
    ['tickets.order-confirmed.v1', 'order-confirmation'],
    ['tickets.order-refunded.v1', 'order-refund'],
    ['tickets.order-partially-refunded.v1', 'order-partial-refund'],
    ['tickets.payment-refunded.v1', 'payment-refund'],
    ['tickets.payment-failed.v1', 'payment-failed'],
    ['tickets.waiting-list-offered.v1', 'waiting-list-offered'],
  ])('%s plans one %s', async (type, kind) => {
    const data = await example(type)
    await fixture.bus.deliver({ type, data: { ...data, unknownField: 'of a later release' } })
    const planned = (await fixture.deliveries()).filter((row) => row.kind === kind)
    expect(planned).toMatchObject([{ order_id: parseId('ord', data.orderId ?? ''), recipient_address: null }])
  })

  it('tickets.order-recipient-changed.v1 plans the confirmation once per correction, unless one is still to be sent', async () => {
    const data = { ...(await example('tickets.order-recipient-changed.v1')), orderId: toId('ord', newUuid()) }
    const planned = async () =>
      (await fixture.deliveries()).filter((row) => row.order_id === parseId('ord', data.orderId)).length
    for (const number of [1, 1]) {
      await fixture.bus.deliver({ type: 'tickets.order-recipient-changed.v1', data: { ...data, number, unknown: 1 } })
    }
    expect(await planned()).toBe(1)
    await fixture.db.updateTable('delivery').set({ state: 'sent', sent_at: new Date() }).execute()
    await fixture.bus.deliver({ type: 'tickets.order-recipient-changed.v1', data: { ...data, number: 2 } })
    await fixture.bus.deliver({ type: 'tickets.order-recipient-changed.v1', data: { ...data, number: 3 } })
    expect(await planned()).toBe(2)
  })

  it('tickets.order-recipient-changed.v1 that overtakes the order itself makes no second confirmation', async () => {
    const data = { ...(await example('tickets.order-recipient-changed.v1')), orderId: toId('ord', newUuid()) }
    await fixture.bus.deliver({ type: 'tickets.order-recipient-changed.v1', data })
    await fixture.db.updateTable('delivery').set({ state: 'sent', sent_at: new Date() }).execute()
    await fixture.bus.deliver({ type: 'tickets.order-confirmed.v1', data })
    const planned = await fixture.deliveries()
    expect(planned.filter((row) => row.order_id === parseId('ord', data.orderId))).toMatchObject([{ state: 'sent' }])
  })

  it('tickets.waiting-list-joined.v1 plans one mail per entry, however often it comes', async () => {
    const data = await example('tickets.waiting-list-joined.v1')
    for (let time = 0; time < 2; time += 1) {
      await fixture.bus.deliver({ type: 'tickets.waiting-list-joined.v1', data })
    }
    const planned = (await fixture.deliveries()).filter((row) => row.kind === 'waiting-list-joined')
    expect(planned).toMatchObject([{ order_id: null, recipient_address: null }])
  })

  it.each([
    ['events.event-rescheduled.v1', 'event-rescheduled'],
    ['events.event-cancelled.v1', 'event-cancelled'],
  ])('%s plans one %s for every order', async (type, kind) => {
    const data = await example(type)
    await fixture.bus.deliver({ type, data })
    await fixture.bus.deliver({ type, data })
    const found = await eventually(async () => {
      const rows = (await announcements()).filter((row) => row.kind === kind)
      return rows.length > 0 && rows
    })
    expect(found).toMatchObject([{ event_id: parseId('evt', data.eventId ?? ''), facts: { startsAt: data.startsAt } }])
  })

  it.each([
    ['accounts.password-changed.v1', 'password-changed'],
    ['accounts.member-added.v1', 'member-added'],
    ['accounts.email-change-requested.v1', 'email-change'],
    ['accounts.email-changed.v1', 'email-changed'],
    ['accounts.farewell-requested.v1', 'account-deleted'],
  ])('%s plans one %s to the account, and none more when it comes twice', async (type, kind) => {
    const data = await example(type)
    const id = crypto.randomUUID()
    for (let time = 0; time < 2; time += 1) await fixture.bus.deliver({ id, type, data })
    const planned = (await fixture.deliveries()).filter((row) => row.kind === kind)
    expect(planned).toMatchObject([{ order_id: null, recipient_address: null }])
  })

  it('accounts.email-link-requested.v1 plans one mail per request', async () => {
    const data = await example('accounts.email-link-requested.v1')
    for (let request = 0; request < 2; request += 1) {
      await fixture.bus.deliver({ type: 'accounts.email-link-requested.v1', data })
    }
    const planned = (await fixture.deliveries()).filter((row) => row.kind === data.purpose)
    expect(planned).toHaveLength(2)
  })

  it.each(['events.event-published.v1', 'events.event-updated.v1', 'events.event-deleted.v1'])(
    '%s changes what we know of the event',
    async (type) => {
      const data = await example(type)
      await fixture.bus.deliver({ type, data: { ...data, unknownField: 'of a later release' } })
      const [copy] = await fixture.db.selectFrom('event_copy').select('id').execute()
      expect(copy?.id).toBe(parseId('evt', data.eventId ?? ''))
    },
  )

  it.each(['accounts.user-erased.v1', 'accounts.sessions-revoked.v1', 'accounts.membership-changed.v1'])(
    '%s is understood',
    async (type) => {
      await fixture.bus.deliver({ type, data: await example(type) })
    },
  )
})
