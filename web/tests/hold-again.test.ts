import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { actions } from '../src/routes/[lang=lang]/checkout/[orderId]/+page.server.ts'

/** Stands for tickets on the wire: an expired order, what is on sale, and a new order for whoever asks. */
const keys: unknown[] = []
const wishes: unknown[] = []
const asked: string[] = []
const expired = {
  id: 'ord_1',
  eventId: 'evt_1',
  state: 'expired',
  lines: [
    { ticketTypeId: 'typ_1', quantity: 1, unitPriceMinor: 2_000 },
    { ticketTypeId: 'typ_2', quantity: 2, unitPriceMinor: 1_250 },
  ],
  totalMinor: 4_500,
  promoCode: 'EARLY',
  buyer: null,
  secret: 's',
}
let totalNow = 4_500
const onSale = [
  { id: 'typ_1', pricing: 'fixed' },
  { id: 'typ_2', pricing: 'chosen' },
]
const tickets = createServer(async (request, response) => {
  let text = ''
  for await (const chunk of request) text += chunk
  asked.push(request.url ?? '')
  const placing = request.method === 'POST'
  if (placing) keys.push(request.headers['idempotency-key'])
  if (placing) wishes.push(JSON.parse(text))
  const answer = request.url?.includes('/ticket-types') ? { items: onSale } : expired
  const body = placing ? { ...expired, totalMinor: totalNow } : answer
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
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

async function again(key: string): Promise<string> {
  const url = new URL(`http://localhost/en/checkout/ord_1?/again&key=${key}`)
  const event = {
    url,
    params: { lang: 'en', orderId: 'ord_1' },
    request: new Request(url, { method: 'POST', body: new FormData() }),
    locals: { visitor: { user: null, token: async () => null } },
    getClientAddress: () => '192.0.2.1',
  }
  const redirected = await Promise.resolve(actions.again?.(event as never)).catch((thrown: unknown) => thrown)
  expect(redirected).toMatchObject({ status: 303 })
  return (redirected as { location: string }).location
}

it('asks for the places again under a key that only who holds the order’s secret can make', async () => {
  await again('first-secret')
  await again('first-secret')
  await again('other-secret')
  expect(keys[0]).toBe(keys[1])
  expect(keys[2]).not.toBe(keys[0])
})

it('asks for the same again: the code, and the prices that the buyer named', async () => {
  await again('first-secret')
  expect(wishes.at(-1)).toMatchObject({
    promoCode: 'EARLY',
    lines: [
      { ticketTypeId: 'typ_1', quantity: 1 },
      { ticketTypeId: 'typ_2', quantity: 2, chosenPriceMinor: 1_250 },
    ],
  })
  expect(asked).toContain('/v1/events/evt_1/ticket-types?promoCode=EARLY')
})

it('says so when the same tickets have another price by now', async () => {
  expect(await again('first-secret')).toContain('again=same')
  totalNow = 5_000
  expect(await again('first-secret')).toContain('again=changed')
})
