import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually, freePort } from '@guichet/testkit'
import { expect, test } from 'vitest'
import { API_KEY, createClient, startPayments, startShop, WEBHOOK_SECRET } from './payments-fixture.ts'
import { startProcess, temporaryFolder } from './process-under-test.ts'

async function processEnvironment() {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const environment = {
    PAYMENTS_PORT: String(port),
    PAYMENTS_JOURNAL: await temporaryFolder(),
    PAYMENTS_API_KEY: API_KEY,
    PAYMENTS_WEBHOOK_SECRET: WEBHOOK_SECRET,
    PAYMENTS_PUBLIC_URL: `${url}`,
    PAYMENTS_SETTLE_SECONDS: '1',
    SANDBOX_CONTROL: '1',
  }
  return { url, environment, client: createClient(url) }
}

test('killed with -9, it comes back with every charge, refund, key and undelivered webhook', async () => {
  const shop = await startShop()
  shop.status = 503
  const { url, environment, client } = await processEnvironment()
  const first = await startProcess('payments', environment, url)
  const paid = await client.open(shop)
  await client.act(paid, 'pay')
  await client.refund(paid, 400, 'refund-1')
  const slow = await client.open(shop)
  await client.act(slow, 'pay-slowly')
  await eventually(() => shop.received.length >= 2)
  await first.kill('SIGKILL')

  shop.received.length = 0
  shop.status = 200
  await startProcess('payments', environment, url)
  expect(await client.look(paid)).toMatchObject({ state: 'succeeded', refundedMinor: 400 })
  expect((await client.refund(paid, 400, 'refund-1')).status).toBe(201)
  await eventually(async () => (await client.look(slow)).state === 'succeeded')
  // By their ids: the last one of the killed process may be read only now.
  const told = () => [...new Map(shop.received.map((hook) => [hook.headers['webhook-id'], hook.type])).values()]
  await eventually(() => told().length === 3)
  expect(told().sort()).toEqual(['payment.refunded', 'payment.succeeded', 'payment.succeeded'])
  expect(await client.journal()).toMatchObject({ refunds: [{ amountMinor: 400 }] })
})

test('what it answered for is in the journal before the answer, and a torn last line is cut off', async () => {
  const shop = await startShop()
  const { url, environment, client } = await processEnvironment()
  const first = await startProcess('payments', environment, url)
  const ids = await Promise.all(Array.from({ length: 50 }, () => client.open(shop)))
  await first.kill('SIGKILL')
  const file = join(environment.PAYMENTS_JOURNAL, 'journal.jsonl')
  const { appendFile } = await import('node:fs/promises')
  await appendFile(file, '{"type":"charged","id":"pay_')
  const second = await startProcess('payments', environment, url)
  for (const id of ids) expect(await client.look(id)).toMatchObject({ state: 'open' })
  await client.act(ids[0] ?? '', 'pay')
  expect(await second.kill('SIGTERM')).toBe(0)
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).type).filter((type) => type === 'charged')).toHaveLength(1)
})

test('says everything that is wrong with its configuration at once, and does not start', async () => {
  const { url, environment } = await processEnvironment()
  const bad = { ...environment, PAYMENTS_API_KEY: 'short', PAYMENTS_WEBHOOK_SECRET: 'x', PAYMENTS_JOURNAL: '' }
  await expect(startProcess('payments', bad, url)).rejects.toThrow(
    /3 fault\(s\)[\s\S]*JOURNAL is missing[\s\S]*API_KEY is shorter[\s\S]*WEBHOOK_SECRET is not/,
  )
})

test('repeats a webhook with back-off for three days, under one id, until it is answered 2xx', async () => {
  const shop = await startShop()
  shop.status = 500
  const { client, clock } = await startPayments()
  const began = performance.now()
  const id = await client.open(shop)
  await client.act(id, 'pay')
  await eventually(() => shop.received.length >= 1)
  clock.aheadMs = 1_500
  await eventually(() => shop.received.length >= 2)
  const early = shop.received.length
  clock.aheadMs = 3 * 24 * 3_600_000
  await eventually(() => shop.received.length > early)
  const late = shop.received.length
  shop.status = 204
  clock.aheadMs += 600_000
  await eventually(() => shop.received.length > late)
  // Four, and on a slow machine those whose waits of 1 s, 2 s, 4 s… were over by themselves.
  const byThemselves = Math.log2(1 + (performance.now() - began) / 1_000)
  expect(shop.received.length).toBeLessThanOrEqual(4 + byThemselves)
  expect(new Set(shop.received.map((hook) => hook.headers['webhook-id'])).size).toBe(1)
  await eventually(
    async () => expect(await client.journal()).toMatchObject({ webhooks: { pending: 0, delivered: 1 } }) ?? true,
  )
})

test('drops, duplicates, delays and falsifies webhooks when ordered', async () => {
  const shop = await startShop()
  const { client, clock } = await startPayments()
  const pay = async (order: object) => {
    shop.received.length = 0
    await client.control(order)
    await client.act(await client.open(shop), 'pay')
  }
  await pay({ webhooks: 'drop' })
  expect(await client.journal()).toMatchObject({ webhooks: { pending: 0, dropped: 1 } })
  expect(shop.received).toEqual([])
  await pay({ webhooks: 'duplicate', copies: 10 })
  await eventually(() => shop.received.length === 10)
  expect(new Set(shop.received.map((hook) => hook.headers['webhook-id'])).size).toBe(1)
  await pay({ webhooks: 'wrong-amount' })
  expect((await eventually(() => shop.received[0] ?? null)).data).toMatchObject({ amountMinor: 6401 })
  await pay({ webhooks: 'wrong-currency' })
  expect((await eventually(() => shop.received[0] ?? null)).data).toMatchObject({ currency: 'USD' })
  await pay({ webhooks: 'before-response' })
  expect(shop.received).toHaveLength(1)
  await pay({ webhooks: 'delay', delaySeconds: 3_600 })
  expect(await client.journal()).toMatchObject({ webhooks: { pending: 1 } })
  clock.aheadMs = 3_601_000
  await eventually(() => shop.received.length === 1)
})

test('loses answers after the effect, so that only the same key or a lookup can tell, and never charges twice', async () => {
  const shop = await startShop()
  const { client, url } = await startPayments()
  await client.control({ next: '500-after-charge', on: 'create' })
  const create = () => client.write('/v1/payment-sessions', client.terms(shop), 'lost')
  expect((await create()).status).toBe(500)
  const { id } = (await (await create()).json()) as { id: string }

  await client.control({ next: 'timeout-after-charge', on: 'pay' })
  const patience = new AbortController()
  const paying = { method: 'POST', body: new URLSearchParams({ act: 'pay' }), signal: patience.signal }
  const unanswered = expect(fetch(`${url}/pay/${id}`, paying)).rejects.toThrow()
  // Given up only once it is paid, and a moment later: an answer would have come.
  await eventually(async () => (await client.look(id)).state === 'succeeded')
  setTimeout(() => patience.abort(), 300)
  await unanswered

  await client.control({ next: 'reset-after-charge', on: 'refund' })
  await expect(client.refund(id, 100, 'reset')).rejects.toThrow()
  expect((await client.refund(id, 100, 'reset')).status).toBe(201)
  expect(await client.look(id)).toMatchObject({ refundedMinor: 100 })

  await client.control({ next: '429', on: 'refund', count: 2 })
  for (const expected of [429, 429, 201]) expect((await client.refund(id, 100, 'busy')).status).toBe(expected)
  expect((await client.journal()).charges).toHaveLength(1)
})

test('declines the next payment when ordered, whatever the buyer presses', async () => {
  const shop = await startShop()
  const { client } = await startPayments()
  await client.control({ next: 'decline' })
  const id = await client.open(shop)
  await client.act(id, 'pay')
  expect(await client.look(id)).toMatchObject({ state: 'declined' })
})

test('offers neither control nor journal unless started for tests', async () => {
  const { url, client } = await startPayments({ control: false })
  expect((await client.control({ webhooks: 'drop' })).status).toBe(404)
  expect((await fetch(`${url}/journal`)).status).toBe(404)
})
