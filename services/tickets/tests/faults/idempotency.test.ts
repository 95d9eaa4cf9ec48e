import { randomUUID } from 'node:crypto'
import { parseId } from '@guichet/server'
import { eventually, testDatabase } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTickets } from '../fixture.ts'
import { findViolations } from '../invariants.ts'
import { putOnSale, query, type Sale } from './sale.ts'
import { startService } from './service.ts'

const REPEATS = 1_000

interface Copy {
  databaseUrl: string
  /** The processes of the service. */
  urls: string[]
  stop(): Promise<void>
}

async function oneProcess(): Promise<Copy> {
  const tickets = await startTickets({ listen: true })
  return { databaseUrl: tickets.database.url, urls: [tickets.config.selfUrl], stop: tickets.stop }
}

async function twoProcesses(): Promise<Copy> {
  const database = await testDatabase('tickets')
  const services = await Promise.all([
    startService({ databaseUrl: database.url }),
    startService({ databaseUrl: database.url }),
  ])
  return {
    databaseUrl: database.url,
    urls: services.map(({ url }) => url),
    async stop() {
      await Promise.all(services.map((service) => service.stop()))
      await database.stop()
    },
  }
}

async function post(url: string, key: string | undefined, body: object) {
  const send = () =>
    fetch(`${url}/v1/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key ? { 'idempotency-key': key } : {}) },
      body: JSON.stringify(body),
    })
  // A thousand connections in one moment are more than a kernel keeps for a busy process: some are reset before they are taken.
  const response = await send().catch(() => eventually(send))
  const text = await response.text()
  return {
    status: response.status,
    text,
    code: JSON.parse(text).code as string | undefined,
    replayed: response.headers.get('idempotency-replayed') === 'true',
  }
}

async function heldOf(copy: Copy, sale: Sale): Promise<number | undefined> {
  const text = 'select held from allotment where event_id = $1'
  return (await query<{ held: number }>(copy.databaseUrl, text, [sale.eventUuid]))[0]?.held
}

describe.each([
  ['one process', oneProcess],
  ['two processes on one database', twoProcesses],
])('F30: %s', (_name, open) => {
  let copy: Copy
  beforeAll(async () => {
    copy = await open()
  })
  afterAll(() => copy?.stop())

  it(`makes one order of ${REPEATS} concurrent repetitions over HTTP, and gives all of them its answer`, async () => {
    const { databaseUrl, urls } = copy
    const sale = await putOnSale(databaseUrl)
    const urlOf = (index: number) => urls[index % urls.length] ?? ''
    const key = randomUUID()
    const all = await Promise.all(Array.from({ length: REPEATS }, (_, index) => post(urlOf(index), key, sale.order(3))))
    const others = all.filter(({ status }) => status !== 201)
    expect(others.filter(({ status, code }) => status !== 409 || code !== 'idempotency-in-progress')).toEqual([])
    const made = all.filter(({ status }) => status === 201)
    expect(made.filter(({ replayed }) => !replayed)).toHaveLength(1)
    const [first] = made
    expect(JSON.parse(first?.text ?? '').secret).toHaveLength(43)

    for (const url of urls) {
      const again = await post(url, key, sale.order(3))
      expect(again).toMatchObject({ status: 201, replayed: true })
      made.push(again)
      expect(await post(url, key, sale.order(2))).toMatchObject({ status: 422, code: 'idempotency-key-reused' })
      expect(await post(url, undefined, sale.order(3))).toMatchObject({ status: 400, code: 'idempotency-key-missing' })
    }
    expect(new Set(made.map(({ text }) => text)).size).toBe(1)

    const orders = await query<{ id: string }>(databaseUrl, 'select id from orders where event_id = $1', [
      sale.eventUuid,
    ])
    expect(orders.map(({ id }) => id)).toEqual([parseId('ord', JSON.parse(first?.text ?? '').id)])
    expect(await heldOf(copy, sale)).toBe(3)
    expect(await findViolations({ databaseUrl })).toEqual([])
  })

  it('makes as many orders as there are keys (the control: without the key, each repetition would count)', async () => {
    const { databaseUrl, urls } = copy
    const sale = await putOnSale(databaseUrl)
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => post(urls[index % urls.length] ?? '', randomUUID(), sale.order(3))),
    )
    expect(await heldOf(copy, sale)).toBe(150)
  })
})

it('is caught by the books when an order has two keys, or a key no order (the control of the checker)', async () => {
  const tickets = await startTickets({ listen: true })
  const databaseUrl = tickets.database.url
  const sale = await putOnSale(databaseUrl)
  await post(tickets.config.selfUrl, randomUUID(), sale.order(1))
  await query(
    databaseUrl,
    `insert into idempotency_key (scope, key, request_hash, status, body)
     select scope, 'another', request_hash, status, body from idempotency_key`,
  )
  expect((await findViolations({ databaseUrl })).join()).toMatch(/^I6 an order has two keys/)
  await query(databaseUrl, 'delete from order_line')
  await query(databaseUrl, 'delete from orders')
  expect((await findViolations({ databaseUrl })).join()).toMatch(/I6 an answer is kept for an order that is not there/)
  await tickets.stop()
})
