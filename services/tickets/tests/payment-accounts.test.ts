import { sql } from '@guichet/database'
import { etag, toUuid } from '@guichet/server'
import { newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hold, type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'

const KEY = `sk_test_${'4eC39HqLyjWDarjtT1zdp7dc'}`
export const BANK = {
  provider: 'bank-transfer',
  mode: 'live',
  settings: { beneficiary: 'Salle Pleyel', iban: 'FR14 2004 1010 0505 0001 3M02 606', bic: 'PSSTFRPPPAR', dueDays: 7 },
}
const STRIPE = { provider: 'stripe', mode: 'test', secrets: { secretKey: KEY } }

let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets()
})
afterAll(() => tickets?.stop())

async function organizer() {
  const event = await publishEvent(tickets)
  const path = `/v1/organizers/${event.organizerId}/payment-accounts`
  return {
    event,
    path,
    create: (body: object, headers?: Record<string, string>) =>
      tickets.call('POST', path, { token: event.owner, body, ...(headers ? { headers } : {}) }),
    change: (account: { id: string; version: number }, body: object, token = event.owner) =>
      tickets.call('PATCH', `/v1/payment-accounts/${account.id}`, {
        token,
        body,
        headers: { 'if-match': etag(account.version) },
      }),
    offered: async () => {
      const answer = await tickets.call('GET', `/v1/events/${event.eventId}/payment-providers`)
      return answer.json().items as { id: string; mode: string; dueAt: string | null }[]
    },
  }
}

describe('a payment account', () => {
  it('is made, read, listed and changed, and shows where its webhooks must go', async () => {
    const { event, path, create, change } = await organizer()
    const made = await create(STRIPE)
    expect(made.statusCode, made.body).toBe(201)
    const account = made.json()
    expect(account).toMatchObject({
      organizerId: event.organizerId,
      provider: 'stripe',
      mode: 'test',
      settings: {},
      secretsGiven: ['secretKey'],
      enabled: false,
      webhookUrl: `http://localhost:4000/api/tickets/v1/payment-webhooks/stripe/${account.id}`,
      lastCheckedAt: null,
      version: 1,
    })
    const changed = await change(account, { secrets: { webhookSecrets: ['whsec_12345678'] }, enabled: true })
    expect(changed.json()).toMatchObject({ secretsGiven: ['secretKey', 'webhookSecrets'], enabled: true, version: 2 })
    expect((await change(account, { enabled: false })).statusCode).toBe(412)
    const read = await tickets.call('GET', `/v1/payment-accounts/${account.id}`, { token: event.owner })
    expect(read.json()).toEqual(changed.json())
    expect((await tickets.call('GET', path, { token: event.owner })).json().items).toEqual([changed.json()])
  })

  it('keeps its secrets: in no answer, in no row as they are, and opened for no other row', async () => {
    const { create, change } = await organizer()
    const [one, other] = [(await create(STRIPE)).json(), (await create(STRIPE)).json()]
    const changed = (await change(one, { secrets: { webhookSecrets: ['whsec_of_this_one'] } })).body
    const rows = await tickets.context.db.selectFrom('payment_account').selectAll().execute()
    const keys = await tickets.context.db.selectFrom('idempotency_key').selectAll().execute()
    for (const secret of [KEY, 'whsec_of_this_one']) {
      expect(changed).not.toContain(secret)
      for (const row of rows) {
        expect(row.secrets.includes(secret)).toBe(false)
        expect(JSON.stringify({ ...row, secrets: '' })).not.toContain(secret)
      }
      expect(JSON.stringify(keys)).not.toContain(secret)
    }
    await sql`
      update payment_account set secrets = (select secrets from payment_account where version = 2 limit 1)
       where version = 1`.execute(tickets.context.db)
    const moved = await tickets.context.db.selectFrom('payment_account').selectAll().execute()
    const swapped = moved.filter((row) => row.version === 1)
    expect(swapped.length).toBeGreaterThan(0)
    for (const row of swapped) expect(() => tickets.context.providers.of(row)).toThrow()
    expect(other.id).not.toBe(one.id)
  })

  it('refuses what does not fit its provider, field by field', async () => {
    const { create } = await organizer()
    for (const [pointer, body] of [
      ['/secrets/secretKey', { provider: 'stripe', mode: 'test' }],
      ['/secrets/secretKey', { ...STRIPE, mode: 'live' }],
      ['/secrets/secretKey', { ...STRIPE, secrets: { secretKey: 'pk_test_1234567890' } }],
      ['/secrets/apiKey', { ...STRIPE, secrets: { secretKey: KEY, apiKey: 'x' } }],
      ['/settings/clientId', { provider: 'paypal', mode: 'live', secrets: { clientSecret: '123456789' } }],
      ['/settings/iban', { ...BANK, settings: { ...BANK.settings, iban: 'FR1420041010050500013M02607' } }],
      ['/settings/dueDays', { ...BANK, settings: { ...BANK.settings, dueDays: 0 } }],
      ['/settings/beneficiary', { ...BANK, settings: { iban: BANK.settings.iban } }],
      ['/provider', { provider: 'simulated', mode: 'test' }],
      ['/mode', { ...STRIPE, mode: 'production' }],
      ['/organizerId', { ...STRIPE, organizerId: newOrganizerId() }],
    ] as const) {
      const answer = await create(body)
      expect(answer.statusCode, `${pointer} ${answer.body}`).toBe(400)
      const pointers = answer.json().errors.map((error: { pointer: string }) => error.pointer)
      expect(pointers, answer.body).toContain(pointer)
      expect(answer.body).not.toContain(KEY)
    }
  })

  it('is one in use for each provider, and its making can be repeated', async () => {
    const { create, change } = await organizer()
    const headers = { 'idempotency-key': crypto.randomUUID() }
    const first = await create({ ...BANK, enabled: true }, headers)
    const again = await create({ ...BANK, enabled: true }, headers)
    expect(again.json()).toEqual(first.json())
    expect((await create(STRIPE, headers)).statusCode).toBe(422)
    expect((await create(BANK, { 'idempotency-key': '' })).statusCode).toBe(400)
    expect((await create({ ...BANK, enabled: true })).json().code).toBe('payment-account-enabled')
    const second = (await create(BANK)).json()
    expect((await change(second, { enabled: true })).json().code).toBe('payment-account-enabled')
    expect((await change(first.json(), { enabled: false })).statusCode).toBe(200)
    expect((await change(second, { enabled: true })).statusCode).toBe(200)
  })

  it('is the owner’s and the finance member’s business, and nothing to anybody else', async () => {
    const { event, path, create } = await organizer()
    const account = (await create(BANK)).json()
    const other: PublishedEvent = await publishEvent(tickets)
    const at = `/v1/payment-accounts/${account.id}`
    const requests = [
      ['GET', path, undefined],
      ['POST', path, BANK],
      ['GET', at, undefined],
      ['PATCH', at, { enabled: true }],
      ['DELETE', at, undefined],
      ['POST', `${at}/check`, undefined],
    ] as const
    for (const [method, url, body] of requests) {
      const statuses = await Promise.all(
        [undefined, other.owner, await event.member('manager'), await event.member('support')].map(
          async (token) =>
            (
              await tickets.call(method, url, {
                ...(token ? { token } : {}),
                ...(body ? { body } : {}),
                headers: { 'if-match': '*' },
              })
            ).statusCode,
        ),
      )
      expect(statuses, `${method} ${url}`).toEqual([401, 404, 403, 403])
    }
    const nobodys = account.id.replace(/.$/, (last: string) => (last === '0' ? '1' : '0'))
    const missing = await tickets.call('GET', `/v1/payment-accounts/${nobodys}`, { token: event.owner })
    expect(missing.statusCode).toBe(404)
    const finance = await event.member('finance')
    expect((await tickets.call('GET', at, { token: finance })).statusCode).toBe(200)
  })

  it('goes for good while nobody has paid with it', async () => {
    const { event, path, create } = await organizer()
    const account = (await create(BANK)).json()
    const gone = await tickets.call('DELETE', `/v1/payment-accounts/${account.id}`, { token: event.owner })
    expect(gone.statusCode).toBe(204)
    expect((await tickets.call('GET', path, { token: event.owner })).json().items).toEqual([])
  })

  it('takes no payment any more once it is gone, though another process still remembers it', async () => {
    const { event, create, offered } = await organizer()
    const typeId = await sell(tickets, event)
    const account = (await create({ ...BANK, enabled: true })).json()
    expect(await offered()).toMatchObject([{ id: 'bank-transfer' }])
    const order = await hold(tickets, event.eventId, typeId)
    // As the other process does.
    await sql`delete from payment_account where id = ${toUuid('pac', account.id)}`.execute(tickets.context.db)
    const paid = await tickets.call('POST', `/v1/orders/${order.id}/payments`, {
      secret: order.secret,
      body: { provider: 'bank-transfer', returnUrl: 'http://localhost:4000/en' },
    })
    expect([paid.statusCode, paid.json().code]).toEqual([409, 'provider-not-offered'])
    expect((await tickets.call('GET', `/v1/orders/${order.id}`, { secret: order.secret })).json().payment).toBeNull()
  })

  it('has a test button whose answer is kept', async () => {
    const { event, create } = await organizer()
    const account = (await create(BANK)).json()
    const checked = await tickets.call('POST', `/v1/payment-accounts/${account.id}/check`, { token: event.owner })
    expect(checked.json()).toMatchObject({ ok: true, problem: null })
    const read = await tickets.call('GET', `/v1/payment-accounts/${account.id}`, { token: event.owner })
    expect(read.json()).toMatchObject({ lastCheckedAt: checked.json().checkedAt, lastProblem: null, version: 1 })
  })
})

describe('the ways to pay at an event', () => {
  it('are simulated until the organizer has an account, then its accounts, with their mode', async () => {
    const { create, change, offered } = await organizer()
    expect(await offered()).toEqual([{ id: 'simulated', mode: 'test', dueAt: null }])
    const stripe = (await create(STRIPE)).json()
    expect(await offered()).toEqual([{ id: 'simulated', mode: 'test', dueAt: null }])
    await change(stripe, { enabled: true })
    await create({ ...BANK, enabled: true })
    const dueAt = new Date(tickets.clock.now().getTime() + 7 * 86_400_000).toISOString()
    expect(await offered()).toEqual([
      { id: 'stripe', mode: 'test', dueAt: null },
      { id: 'bank-transfer', mode: 'live', dueAt },
    ])
  })

  it('leave out the bank when money would come after the event has begun', async () => {
    const { create, offered } = await organizer()
    await create({ ...BANK, settings: { ...BANK.settings, dueDays: 31 }, enabled: true })
    expect(await offered()).toEqual([])
  })

  it('are only those that can take what is owed', async () => {
    const { event, create, offered } = await organizer()
    for (const account of [STRIPE, BANK]) await create({ ...account, enabled: true })
    const all = ['bank-transfer', 'stripe']
    expect((await offered()).map(({ id }) => id).sort()).toEqual(all)
    const at = `/v1/events/${event.eventId}/payment-providers`
    const taking = async (query: string) =>
      (await tickets.call('GET', `${at}?${query}`)).json().items.map(({ id }: { id: string }) => id)
    expect((await taking('amountMinor=50&currency=EUR')).sort()).toEqual(all)
    expect(await taking('amountMinor=49&currency=EUR')).toEqual(['bank-transfer'])
    expect(await taking('amountMinor=5125&currency=KWD')).toEqual(['bank-transfer'])
    for (const bad of ['amountMinor=49', 'currency=EUR', 'amountMinor=0&currency=EUR', 'amountMinor=1&currency=euro']) {
      expect((await tickets.call('GET', `${at}?${bad}`)).statusCode, bad).toBe(400)
    }
    const order = await hold(tickets, event.eventId, await sell(tickets, event, { priceMinor: 49 }))
    const paid = await tickets.call('POST', `/v1/orders/${order.id}/payments`, {
      secret: order.secret,
      body: { provider: 'stripe', returnUrl: 'http://localhost:4000/en' },
    })
    expect(paid.json()).toMatchObject({ status: 409, code: 'provider-not-offered', offered: ['bank-transfer'] })
  })

  it('are nothing for an event that does not exist', async () => {
    const answer = await tickets.call('GET', '/v1/events/evt_00000000000000000000000000/payment-providers')
    expect(answer.statusCode).toBe(404)
  })
})
