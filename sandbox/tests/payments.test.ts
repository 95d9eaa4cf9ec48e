import { eventually } from '@guichet/testkit'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { readConfig } from '../src/payments/config.ts'
import { formatMoney } from '../src/payments/money.ts'
import { API_KEY, bearer, startPayments, startShop, WEBHOOK_SECRET } from './payments-fixture.ts'
import { post } from './process-under-test.ts'

test('a payment goes from session to charge, sends the buyer back, and tells the shop by a webhook it can verify', async () => {
  const shop = await startShop()
  const { client } = await startPayments()
  const id = await client.open(shop)
  const back = await client.act(id, 'pay')
  expect(back.status).toBe(303)
  expect(back.headers.get('location')).toBe(`${shop.url}/return?from=pay&payment=${id}#top`)
  const hook = await eventually(() => shop.received[0] ?? null)
  const body = new Webhook(WEBHOOK_SECRET).verify(hook.raw, hook.headers as Record<string, string>)
  expect(body).toEqual({
    type: 'payment.succeeded',
    data: { id, reference: 'ord_1', amountMinor: 6400, currency: 'EUR', state: 'succeeded' },
  })
  const wrongSecret = new Webhook(`whsec_${Buffer.from('another secret').toString('base64')}`)
  expect(() => wrongSecret.verify(hook.raw, hook.headers as Record<string, string>)).toThrow()
  expect(await client.look(id)).toMatchObject({ state: 'succeeded', amountMinor: 6400, refundedMinor: 0 })
})

test('many clicks at once charge once', async () => {
  const shop = await startShop()
  const { client } = await startPayments()
  const id = await client.open(shop)
  const answers = await Promise.all(Array.from({ length: 40 }, () => client.act(id, 'pay')))
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([303]))
  expect((await client.journal()).charges).toHaveLength(1)
})

test('declining, abandoning and expiring charge nothing, and none can be paid afterwards', async () => {
  const shop = await startShop()
  const { client } = await startPayments()
  const [declined, abandoned, expired] = [await client.open(shop), await client.open(shop), await client.open(shop)]
  await client.act(declined, 'decline')
  await client.act(abandoned, 'abandon')
  for (const _ of [1, 2]) expect((await client.write(`/v1/payment-sessions/${expired}/expiry`, {})).status).toBe(200)
  for (const id of [declined, abandoned, expired]) await client.act(id, 'pay')
  expect((await client.journal()).charges).toEqual([])
  expect([await client.look(declined), await client.look(abandoned), await client.look(expired)]).toMatchObject([
    { state: 'declined' },
    { state: 'abandoned' },
    { state: 'abandoned' },
  ])
  const paid = await client.open(shop)
  await client.act(paid, 'pay')
  expect((await client.write(`/v1/payment-sessions/${paid}/expiry`, {})).status).toBe(409)
})

test('a question of the bank leaves the payment open until the buyer approves, and charges once', async () => {
  const shop = await startShop()
  const { client } = await startPayments()
  const [approved, declined, closed] = [await client.open(shop), await client.open(shop), await client.open(shop)]
  await client.act(approved, 'approve')
  expect(await client.look(approved)).toMatchObject({ state: 'open' })
  for (const id of [approved, declined, closed]) {
    const asked = await client.act(id, 'pay-with-step')
    expect(asked.headers.get('location')).toMatch(new RegExp(`/pay/${id}$`))
    expect(await client.look(id)).toMatchObject({ state: 'open' })
  }
  await client.write(`/v1/payment-sessions/${closed}/expiry`, {})
  await Promise.all([1, 2, 3].map(() => client.act(approved, 'approve')))
  await client.act(declined, 'decline')
  await client.act(closed, 'approve')
  const states = await Promise.all([approved, declined, closed].map(async (id) => (await client.look(id)).state))
  expect(states).toEqual(['succeeded', 'declined', 'abandoned'])
  expect((await client.journal()).charges).toHaveLength(1)
})

test('a slow payment is processing first, and succeeds without the buyer', async () => {
  const shop = await startShop()
  const { client, clock } = await startPayments({ settleSeconds: 60 })
  const id = await client.open(shop)
  await client.act(id, 'pay-slowly')
  expect(await client.look(id)).toMatchObject({ state: 'processing' })
  clock.aheadMs = 61_000
  await eventually(async () => (await client.look(id)).state === 'succeeded')
  await eventually(() => shop.received.length === 1)
})

test('the same Idempotency-Key makes one session and one refund, and another body under it is refused', async () => {
  const shop = await startShop()
  const { client } = await startPayments()
  const create = (more: object) => client.write('/v1/payment-sessions', client.terms(shop, more), 'k')
  const answers = await Promise.all([create({}), create({}), create({})])
  const bodies = await Promise.all(answers.map((answer) => answer.json() as Promise<{ id: string }>))
  expect(new Set(bodies.map((body) => body.id)).size).toBe(1)
  expect((await create({ amountMinor: 1 })).status).toBe(422)
  const { id } = bodies[0] ?? { id: '' }
  await client.act(id, 'pay')
  expect(await (await create({})).json()).toEqual(bodies[0])
  const refunds = await Promise.all(Array.from({ length: 10 }, () => client.refund(id, 6400, 'r')))
  expect(refunds.map((answer) => answer.status)).toEqual(Array(10).fill(201))
  expect((await client.refund(id, 1, 'r')).status).toBe(422)
  expect((await client.journal()).refunds).toHaveLength(1)
})

test('refunds never add up to more than the charge, however many come at once', async () => {
  const shop = await startShop()
  const { client } = await startPayments()
  const id = await client.open(shop)
  expect((await client.refund(id, 100)).status).toBe(409)
  await client.act(id, 'pay')
  const answers = await Promise.all(Array.from({ length: 10 }, () => client.refund(id, 1_500)))
  expect(answers.filter((answer) => answer.status === 201)).toHaveLength(4)
  expect(answers.filter((answer) => answer.status === 409)).toHaveLength(6)
  expect(await client.look(id)).toMatchObject({ state: 'succeeded', refundedMinor: 6_000 })
})

test('refuses what is not a payment: bad money, unknown fields, addresses that are not the web, no key, no credentials', async () => {
  const shop = await startShop()
  const { client, url } = await startPayments()
  const create = (more: object) => client.write('/v1/payment-sessions', client.terms(shop, more))
  const bad = [
    { amountMinor: 0 },
    { amountMinor: -5 },
    { amountMinor: 1.5 },
    { amountMinor: '100' },
    { currency: 'eur' },
    { currency: 'ABC' },
    { state: 'succeeded' },
    { returnUrl: 'javascript:alert(1)' },
    { returnUrl: '/relative' },
    { webhookUrl: 'file:///etc/passwd' },
    { webhookUrl: 'http://user:pass@127.0.0.1/' },
  ]
  for (const more of bad) expect((await create(more)).status, JSON.stringify(more)).toBe(400)
  const path = `${url}/v1/payment-sessions`
  expect((await post(path, client.terms(shop), bearer)).status).toBe(400)
  expect((await post(path, client.terms(shop), { 'idempotency-key': 'x' })).status).toBe(401)
  const wrong = { authorization: 'Bearer nope', 'idempotency-key': 'x' }
  const refused = await post(path, client.terms(shop), wrong)
  expect(refused.status).toBe(401)
  expect(refused.headers.get('content-type')).toContain('application/problem+json')
  expect((await fetch(`${path}/pay_none`, { headers: bearer })).status).toBe(404)
})

test('finds sessions by the merchant’s reference', async () => {
  const shop = await startShop()
  const { client, url } = await startPayments()
  const id = await client.open(shop, { reference: 'ord_é 7' })
  await client.open(shop, { reference: 'ord_8' })
  const response = await fetch(`${url}/v1/payment-sessions?reference=${encodeURIComponent('ord_é 7')}`, {
    headers: bearer,
  })
  expect(await response.json()).toMatchObject({ items: [{ id, state: 'open' }] })
})

test('writes every currency with its own number of decimals', () => {
  const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')
  expect(plain(formatMoney(1999, 'EUR', 'fr'))).toBe('19,99 €')
  expect(plain(formatMoney(5, 'EUR', 'en'))).toBe('€0.05')
  expect(plain(formatMoney(1500, 'JPY', 'en'))).toBe('JP¥1,500')
  expect(plain(formatMoney(1234567, 'KWD', 'en'))).toBe('KWD 1,234.567')
  expect(plain(formatMoney(150000, 'HUF', 'en'))).toBe('HUF 1,500.00')
  expect(plain(formatMoney(Number.MAX_SAFE_INTEGER, 'EUR', 'en'))).toBe('€90,071,992,547,409.91')
})

test('the hosted page speaks the buyer’s language, shows hostile words as words, and may only lead to the shop', async () => {
  const shop = await startShop()
  const { client, url } = await startPayments()
  const description = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
  const id = await client.open(shop, { description, reference: "'<b>ref", locale: 'fr' })
  const response = await fetch(`${url}/pay/${id}`)
  const page = await response.text()
  expect(page).toContain('<html lang="fr">')
  expect(page).toContain('Payer 64,00')
  expect(page).toContain(`action="/sandbox/payments/pay/${id}?locale=fr"`)
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(page).not.toMatch(/<script|<img|<b>/)
  const policy = response.headers.get('content-security-policy')
  expect(policy).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; img-src data:; form-action 'self' http:\/\/127/,
  )
  expect(policy).toContain(`form-action 'self' ${shop.url};`)
  expect(policy).toContain("frame-ancestors 'none'")
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  })
  expect(await (await fetch(`${url}/pay/${id}?locale=en`)).text()).toContain('Pay €64.00')
  expect((await fetch(`${url}/pay/pay_none`, { headers: { accept: 'text/html' } })).status).toBe(404)
})

test('another site cannot press the buttons', async () => {
  const shop = await startShop()
  const { client, url } = await startPayments()
  const id = await client.open(shop)
  const act = new URLSearchParams({ act: 'pay' })
  expect((await post(`${url}/pay/${id}`, act, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect(await client.look(id)).toMatchObject({ state: 'open' })
})

test('S-48: with GUICHET_ENV=production it refuses to start', () => {
  const env = {
    PAYMENTS_PORT: '1',
    PAYMENTS_JOURNAL: '/nowhere',
    PAYMENTS_API_KEY: API_KEY,
    PAYMENTS_WEBHOOK_SECRET: WEBHOOK_SECRET,
    PAYMENTS_PUBLIC_URL: 'http://localhost:4000/sandbox/payments',
  }
  expect(() => readConfig(env)).not.toThrow()
  expect(() => readConfig({ ...env, GUICHET_ENV: 'production' })).toThrow(/GUICHET_ENV is production/)
})
