import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Config } from '../src/config.server.ts'
import { ADDRESS_HEADER, createWeb, type Web } from '../src/gateway/service.server.ts'

/** A service on the wire that tells what reached it. */
let seen: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[] = []
const service: Server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
    response
      .writeHead(200, { 'content-type': 'application/json', 'set-cookie': 'theirs=1', etag: '"v1"' })
      .end('{"ok":true}')
  })
})
let web: Web
let address = ''
let pages: { url: string; origin: string | undefined; address: unknown }[] = []

beforeAll(async () => {
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  const up = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
  const config: Config = {
    host: '127.0.0.1',
    port: 0,
    publicUrl: 'https://tickets.example',
    offersSms: false,
    trustProxy: ['127.0.0.1'],
    services: { accounts: up, events: up, tickets: up, notifications: 'http://127.0.0.1:9' },
    sandbox: { inbox: up, payments: null, sms: null },
    paymentOrigins: [],
    logLevel: 'silent',
  }
  web = await createWeb(config, (request, response) => {
    pages.push({ url: request.url ?? '', origin: request.headers.origin, address: request.headers[ADDRESS_HEADER] })
    response.writeHead(200).end('page')
  })
  address = (await web.start()).url
})
beforeEach(() => {
  seen = []
  pages = []
})
afterAll(async () => {
  await web.stop()
  service.close()
})

describe('the way to the services', () => {
  it('strips the prefix and the browser’s cookies, and brings no cookie back', async () => {
    const answer = await web.app.inject({
      url: '/api/events/v1/events?text=jazz',
      headers: { cookie: '__Host-guichet=sealed', authorization: 'Bearer t', 'accept-language': 'fr' },
    })
    expect(answer.json()).toEqual({ ok: true })
    expect(answer.headers).toMatchObject({ etag: '"v1"' })
    expect(answer.headers['set-cookie']).toBeUndefined()
    expect(seen[0]).toMatchObject({
      url: '/v1/events?text=jazz',
      headers: { authorization: 'Bearer t', 'accept-language': 'fr' },
    })
    expect(seen[0]?.headers.cookie).toBeUndefined()
  })

  it('passes a body on byte for byte, also a webhook’s, whose signature covers it', async () => {
    const payload = '{ "type":"payment.succeeded" ,"data":{} }'
    await web.app.inject({
      method: 'POST',
      url: '/api/tickets/v1/payment-webhooks/simulated',
      headers: { 'content-type': 'application/json', 'webhook-id': 'w1' },
      payload,
    })
    expect(seen[0]).toMatchObject({ method: 'POST', body: payload, headers: { 'webhook-id': 'w1' } })
  })

  it.each(['cross-site', 'same-site'])(
    'refuses a change that a %s page started, and lets reading pass',
    async (site) => {
      const headers = { 'sec-fetch-site': site, 'content-type': 'application/json' }
      const refused = await web.app.inject({ method: 'POST', url: '/api/tickets/v1/orders', headers, payload: '{}' })
      expect([refused.statusCode, refused.json().code, seen.length]).toEqual([403, 'cross-site', 0])
      expect(refused.headers['content-type']).toContain('application/problem+json')
      expect((await web.app.inject({ url: '/api/events/v1/events', headers })).statusCode).toBe(200)
    },
  )

  it('lets clients that are no browser change things', async () => {
    const answer = await web.app.inject({ method: 'POST', url: '/api/tickets/v1/orders', payload: {} })
    expect([answer.statusCode, seen.length]).toEqual([200, 1])
  })

  it.each([
    '/api/tickets/v1/internal/events/evt_1/closure',
    '/api/accounts/v1/%69nternal/email-links',
    '/api/events/metrics',
    '/api/events/METRICS?x=1',
  ])('shows nothing of the inner network: %s', async (url) => {
    expect([(await web.app.inject({ url })).statusCode, seen.length]).toEqual([404, 0])
  })

  it.each([
    '/api/events/./metrics',
    '/api/events/%2e/metrics',
    '/api/events/x\\..\\metrics',
    '/api/events/x%5c..%5cmetrics',
    '/api/tickets/./v1/internal/events/evt_1/closure',
    '/api/tickets/v1/%2E/internal/events/evt_1/closure',
    '/api/tickets/v1\\internal/events/evt_1/closure',
    '/api/tickets//v1/internal/events/evt_1/closure',
    '/.well-known/./../v1/internal/email-links',
  ])('shows nothing of it by an odd way either: %s', async (path) => {
    // Sent as it stands: inject and fetch would tidy the path up first.
    await new Promise((done, failed) => {
      const { hostname, port } = new URL(address)
      request({ hostname, port, path }, (answer) => answer.resume().on('end', done))
        .on('error', failed)
        .end()
    })
    expect(seen.map(({ url }) => url).filter((url) => /metrics|internal/.test(url))).toEqual([])
  })

  it('says in a problem document that a service is away', async () => {
    const answer = await web.app.inject({ url: '/api/notifications/v1/deliveries' })
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'unavailable'])
    expect(answer.headers).toMatchObject({ 'retry-after': '5' })
    expect(answer.body).not.toContain('127.0.0.1')
  })

  it('forwards the parts of the outside world that are configured, and leaves the others to the pages', async () => {
    await web.app.inject({ url: '/inbox/messages?to=a' })
    expect(seen[0]?.url).toBe('/messages?to=a')
  })
})

describe('the way to the pages', () => {
  const send = (headers: Record<string, string>) =>
    fetch(`${address}/fr/checkout/ord_1?/confirm`, { method: 'POST', headers, body: 'name=Zoé' })

  it.each(['cross-site', 'same-site'])('refuses a form that a %s page sends', async (site) => {
    expect([(await send({ 'sec-fetch-site': site })).status, pages.length]).toEqual([403, 0])
  })

  it('finds the first page of a part by its bare address, with a query too', async () => {
    await web.app.inject({ url: '/inbox' })
    const answer = await web.app.inject({ url: '/inbox?to=a%40example.org' })
    expect(answer.statusCode).toBe(308)
    expect(answer.headers.location).toBe('/inbox/?to=a%40example.org')
    await web.app.inject({ url: '/inbox/?to=a%40example.org' })
    expect(seen.map(({ url }) => url)).toEqual(['/', '/?to=a%40example.org'])
  })

  it('knows its own page behind the origin "null" that no-referrer makes of it, and no other', async () => {
    await send({ origin: 'null', 'sec-fetch-site': 'same-origin' })
    await send({ origin: 'null' })
    expect(pages.map(({ origin }) => origin)).toEqual([`https://${new URL(address).host}`, 'null'])
  })

  it('tells pages and services who visits: by the proxy that is trusted, and never by what a visitor writes', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.66, 203.0.113.7', [ADDRESS_HEADER]: '198.51.100.1' }
    await send(headers)
    await fetch(`${address}/api/tickets/v1/orders`, { headers })
    expect([pages[0]?.address, seen[0]?.headers['x-forwarded-for']]).toEqual(['203.0.113.7', '203.0.113.7'])
  })

  it('is alive and ready', async () => {
    expect((await fetch(`${address}/health/live`)).status).toBe(200)
    expect((await fetch(`${address}/health/ready`)).status).toBe(200)
  })
})
