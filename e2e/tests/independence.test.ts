import { randomUUID } from 'node:crypto'
import { eventually, hasPart, type Rabbitmq, startRabbitmq } from '@guichet/testkit'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buy, call, mailsTo, must, openSale, type Sale, type Session, signInAsAdmin } from '../client.ts'
import { type System, startSystem } from '../system.ts'

// What the architecture is for: each service fails alone, and sales of open events go on.

const newEmail = () => `buyer-${randomUUID().slice(0, 12)}@example.org`

async function countRows(system: System, service: 'tickets' | 'notifications', query: string): Promise<number> {
  const client = new pg.Client({ connectionString: system.databaseUrl(service) })
  await client.connect()
  try {
    return (await client.query<{ count: number }>(query)).rows[0]?.count ?? 0
  } finally {
    await client.end()
  }
}

/** Each of these buyers has one confirmation, and nothing is under way that could bring a second. */
async function expectOneMailEach(system: System, emails: string[]): Promise<void> {
  const within = 180_000
  for (const email of emails) await eventually(async () => (await mailsTo(system, email)).length > 0, within)
  const unpublished = 'select count(*)::int as count from outbox where published_at is null'
  const unsent = "select count(*)::int as count from delivery where state not in ('sent', 'failed')"
  await eventually(async () => (await countRows(system, 'tickets', unpublished)) === 0, within)
  await eventually(async () => (await countRows(system, 'notifications', unsent)) === 0, within)
  const counts = await Promise.all(emails.map(async (email) => (await mailsTo(system, email)).length))
  expect(counts).toEqual(emails.map(() => 1))
}

function shared(bus: 'embedded bus' | 'RabbitMQ', startBroker?: () => Promise<Rabbitmq>) {
  let system: System
  let broker: Rabbitmq | undefined
  let admin: Session
  let sale: Sale

  beforeAll(async () => {
    broker = await startBroker?.()
    system = await startSystem(broker ? { busUrl: broker.url } : {})
    admin = await signInAsAdmin(system)
    sale = await openSale(system, admin)
  })
  afterAll(async () => {
    await system?.stop()
    await broker?.remove()
  })

  it(`people buy with notifications killed by -9, and each mail leaves once when it is back (${bus})`, async () => {
    const before = newEmail()
    await buy(system, sale, { email: before })
    // Its sending is written down: killed before that, it would be sent again, with the same Message-ID.
    await expectOneMailEach(system, [before])

    await system.kill9('notifications')
    const meanwhile = [newEmail(), newEmail(), newEmail()]
    for (const email of meanwhile) {
      const order = await buy(system, sale, { email, quantity: 2, locale: 'fr' })
      expect(order.tickets).toHaveLength(2)
    }
    expect(await mailsTo(system, meanwhile[0] ?? '')).toHaveLength(0)

    await system.start('notifications')
    await expectOneMailEach(system, [before, ...meanwhile])
  })

  it(`a guest buys with accounts down, and a signed-in buyer's unexpired token still works (${bus})`, async () => {
    const email = newEmail()
    await system.kill9('accounts')
    const guest = await buy(system, sale, { email })
    expect(guest.state).toBe('confirmed')
    const mine = await buy(system, sale, { email: newEmail(), token: admin.accessTokens.tickets })
    const orders = await must<{ items: { id: string }[] }>(system, 'tickets/v1/me/orders', {
      token: admin.accessTokens.tickets,
    })
    expect(orders.items.map((order) => order.id)).toContain(mine.id)
    // The API says that accounts is away, and the shop's pages stay.
    expect((await call(system, 'accounts/v1/users/me', { token: admin.accessTokens.accounts })).status).toBe(503)
    expect((await fetch(`${system.publicUrl}/en/events/${sale.eventId}`)).status).toBe(200)
    await system.start('accounts')
    await expectOneMailEach(system, [email])
  })

  it(`people buy with events down (${bus})`, async () => {
    await system.kill9('events')
    const email = newEmail()
    expect((await buy(system, sale, { email })).state).toBe('confirmed')
    await system.start('events')
    await expectOneMailEach(system, [email])
  })

  return { system: () => system, sale: () => sale, broker: () => broker as Rabbitmq }
}

describe('on the embedded bus', () => {
  const { system, sale } = shared('embedded bus')

  it('a service’s role cannot connect to another’s database', async () => {
    for (const service of ['accounts', 'events', 'tickets', 'notifications'] as const) {
      for (const other of ['accounts', 'events', 'tickets', 'notifications', 'bus'] as const) {
        if (other === service) continue
        const url = new URL(system().databaseUrl(service))
        url.pathname = `/${other}`
        const client = new pg.Client({ connectionString: url.href })
        await expect(client.connect(), `${service} in ${other}`).rejects.toThrow(/permission denied for database/)
      }
    }
  })

  it('a killed tickets process loses no acknowledged order', async () => {
    const emails = [newEmail(), newEmail()]
    const acknowledged = await Promise.all(emails.map((email) => buy(system(), sale(), { email })))
    await system().kill9('tickets')
    expect((await call(system(), `tickets/v1/events/${sale().eventId}/ticket-types`)).status).toBe(503)
    await system().start('tickets')
    for (const order of acknowledged) {
      const found = await must<{ state: string }>(system(), `tickets/v1/orders/${order.id}`, {
        headers: { 'order-secret': order.secret },
      })
      expect(found.state).toBe('confirmed')
    }
    await expectOneMailEach(system(), emails)
  })
})

describe.runIf(hasPart('rabbitmq'))('on RabbitMQ', () => {
  const { system, sale, broker } = shared('RabbitMQ', startRabbitmq)

  it('people buy with the broker stopped and notifications killed, and each mail leaves once when both are back', async () => {
    await broker().stop()
    await system().kill9('notifications')
    const emails = [newEmail(), newEmail(), newEmail()]
    for (const email of emails) {
      const order = await buy(system(), sale(), { email })
      expect(order.state).toBe('confirmed')
    }
    // A service starts without the broker, too.
    await system().start('notifications')
    for (const email of emails) expect(await mailsTo(system(), email)).toHaveLength(0)
    await broker().start()
    await expectOneMailEach(system(), emails)
  })
})
