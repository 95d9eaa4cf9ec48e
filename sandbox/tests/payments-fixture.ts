import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Config } from '../src/payments/config.ts'
import { createPayments } from '../src/payments/service.ts'
import { post, temporaryFolder } from './process-under-test.ts'

export const API_KEY = 'a-key-for-tests-only-0123456789abcdef'
export const WEBHOOK_SECRET = `whsec_${Buffer.from('a secret of at least 24 bytes').toString('base64')}`

type Received = { headers: IncomingHttpHeaders; raw: string; type: string; data: Record<string, unknown> }

/** A shop's webhook endpoint, over real HTTP, that answers as told, and a page to land on. */
export async function startShop() {
  const received: Received[] = []
  const visited: string[] = []
  const shop = { url: '', received, visited, status: 200 }
  const server = createServer(async (request, response) => {
    if (request.method !== 'POST') {
      visited.push(request.url ?? '')
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Shop</title>')
      return
    }
    let raw = ''
    for await (const chunk of request) raw += chunk
    received.push({ headers: request.headers, raw, ...JSON.parse(raw) })
    response.writeHead(shop.status).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  shop.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return shop
}

/** The provider in this process, listening on loopback, with a clock that a test may move. */
export async function startPayments(overrides: Partial<Config> = {}) {
  const clock = { aheadMs: 0 }
  const config: Config = {
    host: '127.0.0.1',
    port: 0,
    journal: await temporaryFolder(),
    apiKey: API_KEY,
    webhookSecret: WEBHOOK_SECRET,
    publicUrl: 'http://localhost:4000/sandbox/payments',
    settleSeconds: 0.2,
    control: true,
    logLevel: 'silent',
    ...overrides,
  }
  const payments = await createPayments(config, { now: () => Date.now() + clock.aheadMs })
  const { url } = await payments.start()
  onTestFinished(() => payments.stop())
  return { url, clock, config, client: createClient(url) }
}

let keys = 0

export const bearer = { authorization: `Bearer ${API_KEY}` }

/** The merchant, the buyer and the tester, as they speak to the provider. */
export function createClient(url: string) {
  const terms = (shop: { url: string }, more: object = {}) => ({
    amountMinor: 6400,
    currency: 'EUR',
    reference: 'ord_1',
    returnUrl: `${shop.url}/return?from=pay#top`,
    webhookUrl: `${shop.url}/hook`,
    description: '2 × Guitar night',
    ...more,
  })
  const write = (path: string, body: unknown, key = `key-${++keys}`) =>
    post(`${url}${path}`, body, { ...bearer, 'idempotency-key': key })
  return {
    terms,
    write,
    async open(shop: { url: string }, more: object = {}): Promise<string> {
      const response = await write('/v1/payment-sessions', terms(shop, more))
      if (response.status !== 201) throw new Error(await response.text())
      return ((await response.json()) as { id: string }).id
    },
    act: (id: string, act: string) => post(`${url}/pay/${id}`, new URLSearchParams({ act })),
    refund: (id: string, amountMinor: number, key?: string) =>
      write(`/v1/payment-sessions/${id}/refunds`, { amountMinor }, key),
    async look(id: string): Promise<Record<string, unknown>> {
      const response = await fetch(`${url}/v1/payment-sessions/${id}`, { headers: bearer })
      return (await response.json()) as Record<string, unknown>
    },
    async journal(): Promise<{
      charges: Record<string, unknown>[]
      refunds: Record<string, unknown>[]
      webhooks: object
    }> {
      return (await (await fetch(`${url}/journal`)).json()) as never
    },
    control: (order: object) => post(`${url}/control`, order),
  }
}
