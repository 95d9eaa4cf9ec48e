import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { actions } from '../src/routes/[lang=lang]/events/[eventId]/+page.server.ts'

interface Sent {
  method: string
  url: string
  key: string | undefined
  body: Record<string, unknown>
}

/** Stands for tickets on the wire: tells what it was asked, and answers what a test wants. */
let sent: Sent[] = []
let answer: (request: Sent) => { status: number; body: unknown; headers?: Record<string, string> }
const placed = { status: 201, body: { id: 'ord_1', secret: 's' } }
const refusal = (status: number, code: string, facts = {}) => ({ status, body: { code, title: 'T', ...facts } })
const tickets = createServer(async (request, response) => {
  let text = ''
  for await (const chunk of request) text += chunk
  const key = request.headers['idempotency-key'] as string | undefined
  const one = { method: request.method ?? '', url: request.url ?? '', key, body: text ? JSON.parse(text) : {} }
  sent.push(one)
  const { status, body, headers } = answer(one)
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
})

beforeAll(async () => {
  await new Promise<void>((resolve) => tickets.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(tickets.address() as AddressInfo).port}`
  Object.assign(process.env, { WEB_PUBLIC_URL: url, WEB_SESSION_SECRET: 'b7Kq2vXw9zRt4Ym8Np3Ls6Jd1Fh5Gc0A' })
  for (const name of ['ACCOUNTS', 'EVENTS', 'TICKETS', 'NOTIFICATIONS']) process.env[`WEB_${name}_URL`] = url
})
beforeEach(() => {
  sent = []
  answer = () => placed
})
afterAll(() => {
  tickets.close()
})

const chosen = { requestKey: 'page-1', currency: 'EUR', 'quantity.typ_a': '2' }
const camille = { name: 'Camille', email: 'camille@example.org' }

/** Sends the event page's form; a refusal comes back, a success leads to the checkout. */
async function order(values: Record<string, string>, user: typeof camille | null = null) {
  const form = new FormData()
  for (const [name, value] of Object.entries(values)) form.set(name, value)
  const url = new URL('http://localhost/en/events/evt_1?/order')
  const headers: Record<string, string> = {}
  const event = {
    url,
    params: { lang: 'en', eventId: 'evt_1' },
    request: new Request(url, { method: 'POST', body: form }),
    locals: { visitor: { user, token: async () => null } },
    getClientAddress: () => '192.0.2.1',
    setHeaders: (more: Record<string, string>) => Object.assign(headers, more),
  }
  try {
    const failure = (await actions.order?.(event as never)) as { status: number; data: Record<string, unknown> }
    return { status: failure.status, data: failure.data, headers }
  } catch (redirected) {
    return { status: 303, data: redirected as Record<string, unknown>, headers }
  }
}

describe('an order from the event page', () => {
  it('sends code, prices and buyer, and leads to the checkout', async () => {
    const values = { ...chosen, 'price.typ_a': '12,50', promoCode: 'EARLY', ...camille }
    expect(await order(values)).toMatchObject({ status: 303, data: { location: '/en/checkout/ord_1?key=s' } })
    expect(sent[0]?.body).toEqual({
      eventId: 'evt_1',
      lines: [{ ticketTypeId: 'typ_a', quantity: 2, chosenPriceMinor: 1250 }],
      promoCode: 'EARLY',
      buyer: camille,
      locale: 'en',
    })
  })

  it('is another order with another code, another price or another buyer, and the same one otherwise', async () => {
    const variants = [
      chosen,
      chosen,
      { ...chosen, promoCode: 'EARLY' },
      { ...chosen, 'price.typ_a': '20' },
      { ...chosen, ...camille },
    ]
    for (const values of variants) await order(values)
    const keys = sent.map(({ key }) => key)
    expect(keys[0]).toBe(keys[1])
    expect(new Set(keys).size).toBe(4)
  })

  it('while the sale is busy asks to be sent again, under the same key and no sooner than told', async () => {
    answer = () => ({ ...refusal(503, 'sale-busy'), headers: { 'retry-after': '7' } })
    const busy = await order(chosen)
    expect(busy).toMatchObject({
      status: 503,
      headers: { 'retry-after': '7' },
      data: { busy: { retryAfterSeconds: 7 }, values: chosen },
    })
    answer = () => placed
    await order(busy.data.values as Record<string, string>)
    expect(sent[1]?.key).toBe(sent[0]?.key)
  })

  it('keeps its key where nobody knows what came of it, and drops it where nothing did', async () => {
    answer = () => refusal(500, 'internal')
    expect((await order(chosen)).data.values).toMatchObject({ requestKey: 'page-1' })
    answer = () => refusal(409, 'sold-out', { ticketTypeId: 'typ_a', remaining: 1 })
    const { data } = await order(chosen)
    expect(data).toMatchObject({ refusal: { code: 'sold-out', ticketTypeId: 'typ_a', facts: { remaining: 1 } } })
    expect(data.values).toEqual({ currency: 'EUR', 'quantity.typ_a': '2' })
  })

  it('that the service finds malformed is told at the field that it is about', async () => {
    const errors = ['/buyer/email', '/lines/0/chosenPriceMinor', '/promoCode', '/lines'].map((pointer) => ({
      pointer,
      detail: 'is wrong',
    }))
    answer = () => refusal(400, 'request-invalid', { errors })
    const { data } = await order({ ...chosen, ...camille })
    const fields = (data.faults as { field: string }[]).map(({ field }) => field)
    expect(fields).toEqual(['email', 'price.typ_a', 'code', 'tickets'])
  })

  it('tells who buys only when that is needed, and asks nobody who is signed in', async () => {
    answer = ({ body }) => (body.buyer ? placed : refusal(409, 'buyer-required', { ticketTypeId: 'typ_a' }))
    expect(await order(chosen)).toMatchObject({ status: 409, data: { refusal: { code: 'buyer-required' } } })
    expect((await order(chosen, camille)).status).toBe(303)
    expect(sent.map(({ body }) => body.buyer)).toEqual([undefined, undefined, camille])
    expect(sent[1]?.key).not.toBe(sent[2]?.key)
  })
})

describe('a hold whose tickets are changed', () => {
  const line = { ticketTypeId: 'typ_a', quantity: 2, fullPriceMinor: 3_000 }
  const held = { id: 'ord_0', eventId: 'evt_1', state: 'held', buyer: camille, lines: [line] }

  /** Asks for other quantities while `tickets` refuses for as long as the hold is there. */
  async function change(quantity: number, code: string, facts: object): Promise<{ status: number; released: boolean }> {
    let released = false
    answer = ({ method, url }) => {
      if (method === 'GET') return { status: 200, body: held }
      if (url.endsWith('/cancellation')) released = true
      else if (!released) return refusal(409, code, { ticketTypeId: 'typ_a', quantity, ...facts })
      return placed
    }
    const values = { ...chosen, changes: 'ord_0', changesKey: 's0', 'quantity.typ_a': String(quantity) }
    return { status: (await order(values)).status, released }
  }

  it.each([
    ['sold-out', 1, { remaining: 0 }],
    ['sold-out', 3, { remaining: 1 }],
    ['promo-code-used-up', 3, { remaining: 1 }],
    ['buyer-limit-exceeded', 3, { maxPerBuyer: 3, already: 2 }],
  ])('makes way where only it was in the way: %s, %i', async (code, quantity, facts) => {
    expect(await change(quantity, code, facts)).toEqual({ status: 303, released: true })
    expect(sent.at(-1)?.body).toMatchObject({ buyer: camille })
  })

  it.each([
    ['sold-out', 3, { remaining: 0 }],
    ['sold-out', 1, { remaining: 0, waitingList: true }],
    ['promo-code-used-up', 4, { remaining: 1 }],
    ['buyer-limit-exceeded', 2, { maxPerBuyer: 2, already: 3 }],
    ['sale-paused', 1, {}],
  ])('stays held while more than that is in the way: %s, %i', async (code, quantity, facts) => {
    expect(await change(quantity, code, facts)).toEqual({ status: 409, released: false })
  })
})
