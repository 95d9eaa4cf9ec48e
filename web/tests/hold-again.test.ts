import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { actions } from '../src/routes/[lang=lang]/checkout/[orderId]/+page.server.ts'

/** Stands for tickets on the wire: an expired order, and a new one for whoever asks. */
const keys: unknown[] = []
const tickets = createServer((request, response) => {
  if (request.method === 'POST') keys.push(request.headers['idempotency-key'])
  const lines = [{ ticketTypeId: 'typ_1', quantity: 1 }]
  const order = { id: 'ord_1', eventId: 'evt_1', state: 'expired', lines, buyer: null, secret: 's', items: [] }
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(order))
  })
})

beforeAll(async () => {
  await new Promise<void>((resolve) => tickets.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(tickets.address() as AddressInfo).port}`
  Object.assign(process.env, { WEB_PUBLIC_URL: url, WEB_SESSION_SECRET: 'b7Kq2vXw9zRt4Ym8Np3Ls6Jd1Fh5Gc0A' })
  for (const name of ['ACCOUNTS', 'EVENTS', 'TICKETS', 'NOTIFICATIONS']) process.env[`WEB_${name}_URL`] = url
})
afterAll(() => {
  tickets.close()
})

async function again(key: string): Promise<void> {
  const url = new URL(`http://localhost/en/checkout/ord_1?/again&key=${key}`)
  const event = {
    url,
    params: { lang: 'en', orderId: 'ord_1' },
    request: new Request(url, { method: 'POST', body: new FormData() }),
    locals: { visitor: { user: null, token: async () => null } },
    getClientAddress: () => '192.0.2.1',
  }
  await expect(actions.again?.(event as never)).rejects.toMatchObject({ status: 303 })
}

it('asks for the places again under a key that only who holds the order’s secret can make', async () => {
  await again('first-secret')
  await again('first-secret')
  await again('other-secret')
  expect(keys[0]).toBe(keys[1])
  expect(keys[2]).not.toBe(keys[0])
})
