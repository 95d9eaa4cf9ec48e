import { randomUUID } from 'node:crypto'
import { sql } from '@guichet/database'
import { parseId, toUuid } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '../../src/context.ts'
import { expireHolds } from '../../src/jobs/expire-holds.ts'
import { offerWaiting } from '../../src/jobs/offer-waiting.ts'
import { createTickets } from '../../src/service.ts'
import { hold, type PublishedEvent, publishEvent, SECRETS, sell, startTickets, type Tickets } from '../fixture.ts'
import { findViolations } from '../invariants.ts'
import { entriesOf, joinAs, secretOf } from '../waiting.ts'

const BUYERS = 50

let tickets: Tickets
/** Another process of the service on the same database. */
let other: ReturnType<typeof createTickets>
let event: PublishedEvent
beforeAll(async () => {
  tickets = await startTickets({ config: { databaseConnectionsMax: 20 } })
  const secrets = { databaseUrl: tickets.database.url, busUrl: 'postgres://127.0.0.1:9/none', ...SECRETS }
  other = createTickets({ config: tickets.config, secrets }, { now: tickets.clock.now })
  event = await publishEvent(tickets)
})
afterAll(async () => {
  await other?.stop()
  await tickets?.stop()
})

/** A type whose only places are held by one order. */
async function soldOut(capacity: number) {
  const typeId = await sell(tickets, event, { capacity, priceMinor: 0, maxPerOrder: 100 })
  return { typeId, order: await hold(tickets, event.eventId, typeId, capacity) }
}

const join = async (typeId: string, email = `${randomUUID()}@example.org`) => {
  const answer = await joinAs(tickets, event.eventId, typeId, email)
  expect(answer.statusCode, answer.body).toBe(202)
  const [entry] = await entriesOfType(typeId, email)
  if (!entry) throw new Error('There is no entry')
  return entry
}
const entriesOfType = async (typeId: string, email?: string) =>
  (await entriesOf(tickets, event, email)).filter((entry) => entry.ticketTypeId === typeId)
const cancel = (order: { id: string; secret: string }) =>
  tickets.call('POST', `/v1/orders/${order.id}/cancellation`, { secret: order.secret })

/** A buyer in the shop; told "busy" they repeat themselves. */
async function buy(typeId: string): Promise<number> {
  const headers = { 'idempotency-key': randomUUID() }
  const body = { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity: 1 }] }
  for (;;) {
    const { statusCode } = await tickets.call('POST', '/v1/orders', { body, headers })
    if (statusCode !== 503) return statusCode
  }
}
const crowd = (typeId: string) => Promise.all(Array.from({ length: BUYERS }, () => buy(typeId)))

/** Runs the job until it has nothing more to do. */
async function offerAll(ctx: Context): Promise<void> {
  while ((await offerWaiting.run(ctx)) > 0);
}

/** What a race must leave behind: the books close, and no entry has two holds, nor a hold two entries. */
async function violations(): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select entry.id from waiting_entry entry
     where (select count(*) from orders where waiting_entry_id = entry.id) <> case when entry.state = 'offered' then 1 else 0 end
        or entry.state = 'offered' and not exists (
             select from orders where event_id = entry.event_id and id = entry.order_id and waiting_entry_id = entry.id)
     union all
    select id from orders where waiting_entry_id is not null and not exists (
      select from waiting_entry entry where entry.id = orders.waiting_entry_id and entry.order_id = orders.id)`.execute(
    tickets.context.db,
  )
  const books = await findViolations({ databaseUrl: tickets.database.url, now: tickets.clock.now() })
  return [...rows.map((row) => `an offer and an entry differ: ${row.id}`), ...books]
}

describe('one place that becomes free, one who waits, and 50 buyers in the shop', () => {
  const ROUNDS = 20

  it('gives it to the one who waits, every time', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { typeId, order } = await soldOut(1)
      await join(typeId)
      const [statuses] = await Promise.all([crowd(typeId), cancel(order), offerAll(tickets.context)])
      expect(statuses.every((status) => status === 409)).toBe(true)
      await offerAll(tickets.context)
      expect((await entriesOfType(typeId)).map((entry) => entry.order?.state)).toEqual(['held'])
    }
    expect(await violations()).toEqual([])
  })

  it('gives it to a buyer when nobody counts those who wait (the control: this race can be lost)', async () => {
    const { typeId, order } = await soldOut(1)
    await join(typeId)
    await sql`update allotment set waiting = 0 where ticket_type_id = ${toUuid('typ', typeId)}`.execute(
      tickets.context.db,
    )
    const [statuses] = await Promise.all([crowd(typeId), cancel(order)])
    // Who saw it sold out while it was cancelled may be refused from memory for a second more.
    await eventually(async () => {
      statuses.push(...(await crowd(typeId)))
      return statuses.includes(201)
    })
    expect(statuses.filter((status) => status === 201)).toHaveLength(1)
    expect((await violations()).join()).toMatch('the waiting list is miscounted')
    await sql`update allotment set waiting = 1 where ticket_type_id = ${toUuid('typ', typeId)}`.execute(
      tickets.context.db,
    )
    expect(await violations()).toEqual([])
  })
})

describe('the jobs of two processes at once', () => {
  it('offer each place once, to the first in line', async () => {
    for (let round = 0; round < 10; round++) {
      const { typeId, order } = await soldOut(5)
      for (let index = 0; index < 8; index++) await join(typeId)
      await cancel(order)
      const contexts = [tickets.context, other.context, tickets.context, other.context]
      await Promise.all(contexts.map((ctx) => offerAll(ctx)))
      const entries = await entriesOfType(typeId)
      expect(entries.map((entry) => entry.state)).toEqual([
        ...Array<string>(5).fill('offered'),
        ...Array<string>(3).fill('waiting'),
      ])
    }
    expect(await violations()).toEqual([])
  })

  it('offer to one entry twice without the lock (the control: this race can be lost)', async () => {
    const { typeId, order } = await soldOut(2)
    const entry = await join(typeId)
    await join(typeId)
    await cancel(order)
    const offers = await Promise.all([offerWithoutLock(typeId), offerWithoutLock(typeId)])
    expect(offers).toEqual([parseId('wle', entry.id), parseId('wle', entry.id)])
  })
})

/** What the job does, but for the lock: both read who is next before either has written that they were served. */
async function offerWithoutLock(typeId: string): Promise<string | undefined> {
  return tickets.context.db.transaction().execute(async (tx) => {
    const next = await tx
      .selectFrom('waiting_entry')
      .select('id')
      .where('ticket_type_id', '=', toUuid('typ', typeId))
      .where('state', '=', 'waiting')
      .orderBy('id')
      .executeTakeFirst()
    await arrive()
    return next?.id
  })
}

let arrived: (() => void) | undefined
/** Returns when both are here. */
function arrive(): Promise<void> {
  return new Promise((resolve) => {
    if (!arrived) arrived = resolve
    else {
      arrived()
      arrived = undefined
      resolve()
    }
  })
}

describe('somebody who leaves while they are offered a place', () => {
  it('has no hold afterwards, and the place goes to the next', async () => {
    for (let round = 0; round < 40; round++) {
      const { typeId, order } = await soldOut(1)
      const entry = await join(typeId)
      await join(typeId)
      const secret = await secretOf(tickets, entry.id)
      await cancel(order)
      const leave = () =>
        tickets.call('DELETE', `/v1/waiting-entries/${entry.id}`, { headers: { 'entry-secret': secret } })
      const jobs = [offerAll(tickets.context), offerAll(other.context)]
      const [left] = await Promise.all([leave(), ...jobs])
      expect(left.statusCode).toBe(204)
      await offerAll(tickets.context)
      const [first, second] = await entriesOfType(typeId)
      expect(['left', 'offered']).toContain(first?.state)
      expect(first?.order?.state ?? 'cancelled').toBe('cancelled')
      expect(second?.order?.state).toBe('held')
    }
    expect(await violations()).toEqual([])
  })
})

describe('a list that moves from all sides: joining, leaving, offers taken, turned down and run out', () => {
  it('never has two people on one place, and closes the books', async () => {
    const CAPACITY = 6
    const { typeId, order } = await soldOut(CAPACITY)
    for (let index = 0; index < 10; index++) await join(typeId)
    await cancel(order)
    const taken = async () => {
      const { rows } = await sql<{ held: number; sold: number }>`
        select held, sold from allotment where ticket_type_id = ${toUuid('typ', typeId)}`.execute(tickets.context.db)
      const [pool] = rows
      expect((pool?.held ?? 0) + (pool?.sold ?? 0)).toBeLessThanOrEqual(CAPACITY)
    }
    for (let round = 0; round < 15; round++) {
      const entries = await entriesOfType(typeId)
      const held = entries.filter((entry) => entry.order?.state === 'held')
      const token = await tickets.tokens.service('notifications', 'tickets')
      const drop = async (entry = entries.find(({ state }) => state === 'waiting') ?? entries[0]) =>
        tickets.call('DELETE', `/v1/waiting-entries/${entry?.id}`, { token: event.owner })
      const take = async (entry = held[round % 3]) => {
        if (!entry?.order) return
        const { id, secret } = (await tickets.call('GET', `/v1/orders/${entry.order.id}`, { token })).json()
        if (round % 2 === 0) return cancel({ id, secret })
        const buyer = { name: 'Somebody', email: 'somebody@example.org' }
        await tickets.call('PATCH', `/v1/orders/${id}`, { secret, body: { buyer } })
        return tickets.call('POST', `/v1/orders/${id}/payments`, {
          secret,
          body: { provider: 'free', returnUrl: 'http://localhost:4000/' },
        })
      }
      if (round === 10) tickets.clock.advance(4 * 3_600 + 1)
      await Promise.all([
        joinAs(tickets, event.eventId, typeId, `${randomUUID()}@example.org`),
        drop(),
        take(),
        expireHolds.run(tickets.context),
        offerAll(tickets.context),
        offerAll(other.context),
        ...Array.from({ length: 5 }, () => buy(typeId)),
        taken(),
      ])
      await taken()
    }
    while ((await expireHolds.run(tickets.context)) > 0);
    expect(await violations()).toEqual([])
  })
})
