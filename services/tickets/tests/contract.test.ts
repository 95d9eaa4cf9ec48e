import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { dumpSchema, openapiYaml, tokenAttackSuite } from '@guichet/testkit'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../src/config.ts'
import { offerWaiting } from '../src/jobs/offer-waiting.ts'
import { access } from '../src/permissions.ts'
import { hold, publishEvent, SECRETS, sell, startTickets, type Tickets } from './fixture.ts'
import { entriesOf, joinAs } from './waiting.ts'

const contracts = fileURLToPath(new URL('../../../contracts/', import.meta.url))
const aboutOrders = ['tickets.order-confirmed.v1', 'tickets.order-partially-refunded.v1', 'tickets.order-refunded.v1']
/** Announced of payments: see pay.test.ts, partial-refunds.test.ts and bank-transfers.test.ts; of holds: see consents.test.ts. */
const aboutPayments = ['tickets.payment-failed.v1', 'tickets.payment-refunded.v1', 'tickets.transfer-awaited.v1']
const aboutHolds = ['tickets.hold-reminder-requested.v1']
/** See buyer-email.test.ts. */
const aboutRecipients = ['tickets.order-recipient-changed.v1']
/** See transfers.test.ts. */
const aboutTransfers = ['tickets.ticket-transferred.v1', 'tickets.ticket-taken-back.v1']
/** See check-ins.test.ts. */
const aboutDoors = ['tickets.ticket-checked-in.v1']
const aboutEntries = ['tickets.waiting-list-joined.v1', 'tickets.waiting-list-offered.v1']
const announced = [...aboutOrders, ...aboutEntries]
const messages = [...announced, ...aboutHolds, ...aboutPayments, ...aboutDoors, ...aboutTransfers, ...aboutRecipients]

let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets()
})
afterAll(() => tickets?.stop())

async function validatorOf(type: string) {
  const ajv = formats.default(new Ajv2020({ allErrors: true, strict: false }))
  return ajv.compile(JSON.parse(await readFile(`${contracts}messages/${type}.json`, 'utf8')))
}

describe('the contracts', () => {
  it('schema.sql is what the migrations make', async () => {
    await expect(await dumpSchema(tickets.database.url)).toMatchFileSnapshot('../schema.sql')
  })

  it('contracts/http/tickets.yaml is what the service answers', async () => {
    await expect(await openapiYaml(tickets.app)).toMatchFileSnapshot(`${contracts}http/tickets.yaml`)
  })

  it('has a row in the access table for each route, and no row without a route', () => {
    const { paths } = tickets.app.swagger() as unknown as {
      paths: Record<string, Record<string, { operationId: string }>>
    }
    const operations = Object.values(paths).flatMap((path) => Object.values(path).map((at) => at.operationId))
    expect(operations.sort()).toEqual(Object.keys(access.routes).sort())
  })

  it('has a schema and a fitting example for each message', async () => {
    const files = (await readdir(`${contracts}messages`)).filter((name) => name.startsWith('tickets.'))
    expect(files.sort()).toEqual(messages.flatMap((type) => [`${type}.example.json`, `${type}.json`]).sort())
    for (const type of messages) {
      const validate = await validatorOf(type)
      expect(validate(JSON.parse(await readFile(`${contracts}messages/${type}.example.json`, 'utf8')))).toBe(true)
    }
  })

  it('announces each message in the shape of its schema', async () => {
    const event = await publishEvent(tickets)
    const order = await hold(tickets, event.eventId, await sell(tickets, event, { priceMinor: 0 }), 2)
    const body = { provider: 'free', returnUrl: 'http://localhost:4000/' }
    await tickets.call('POST', `/v1/orders/${order.id}/payments`, { secret: order.secret, body })
    const refund = (body: object) =>
      tickets.call('POST', `/v1/orders/${order.id}/refunds`, { token: event.owner, body })
    await refund({ lines: [{ lineNumber: 1, quantity: 1 }] })
    await refund({})
    const soldOut = await sell(tickets, event, { capacity: 1 })
    const held = await hold(tickets, event.eventId, soldOut)
    await joinAs(tickets, event.eventId, soldOut, 'waits@example.org')
    await tickets.call('POST', `/v1/orders/${held.id}/cancellation`, { secret: held.secret })
    await offerWaiting.run(tickets.context)
    const [entry] = await entriesOf(tickets, event, 'waits@example.org')
    const rows = [
      ...(await tickets.outbox(order.id)),
      ...(await tickets.outbox(entry?.id ?? '')),
      ...(await tickets.outbox(entry?.order?.id ?? '')),
    ]
    expect(rows.map((row) => row.type)).toEqual(announced)
    for (const { type, data } of rows) {
      const validate = await validatorOf(type)
      expect(validate(data), JSON.stringify(validate.errors)).toBe(true)
    }
  })

  it('has words in both languages for every problem that a buyer can meet', async () => {
    const { problems } = await import('../src/problems.ts')
    for (const [code, { title, detail }] of Object.entries(problems)) {
      for (const texts of detail ? [title, detail] : [title]) {
        expect(texts.en && texts.fr && texts.en !== texts.fr, code).toBeTruthy()
        const facts = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()
        expect(facts(texts.en), code).toEqual(facts(texts.fr))
      }
    }
  })
})

describe('the configuration', () => {
  const good = {
    TICKETS_PUBLIC_URL: 'http://localhost:4000',
    TICKETS_ACCOUNTS_URL: 'http://127.0.0.1:4101',
    TICKETS_EVENTS_URL: 'http://127.0.0.1:4102',
    TICKETS_SIMULATED_URL: 'http://127.0.0.1:4110',
    TICKETS_DATABASE_URL: 'postgres://tickets@127.0.0.1/tickets',
    TICKETS_BUS_URL: 'amqp://127.0.0.1',
    TICKETS_CLIENT_SECRET: SECRETS.clientSecret,
    TICKETS_ORDER_SECRET: SECRETS.orderSecret,
    TICKETS_SIGNING_SECRET: SECRETS.signingSecret,
    TICKETS_SEALING_SECRET: SECRETS.sealingSecret,
    TICKETS_SIMULATED_API_KEY: SECRETS.simulatedApiKey,
    TICKETS_SIMULATED_WEBHOOK_SECRET: SECRETS.simulatedWebhookSecret,
  }

  it('has defaults that work, and keeps secrets apart', () => {
    const { config, secrets } = readConfig(good)
    expect(config).toMatchObject({
      holdSeconds: 600,
      extensionsMax: 10,
      holdsPerAccount: 20,
      holdsPerAddress: 200,
      jwksUrl: 'http://127.0.0.1:4101/.well-known/jwks.json',
    })
    const shown = JSON.stringify(config)
    for (const secret of Object.values(secrets)) expect(shown).not.toContain(secret)
  })

  it('S-48: refuses to start with simulated money in production, and needs none', () => {
    const production = { ...good, GUICHET_ENV: 'production' }
    expect(() => readConfig(production)).toThrow(/TICKETS_SIMULATED_URL is set.*GUICHET_ENV=production/)
    const { config, secrets } = readConfig({ ...production, TICKETS_SIMULATED_URL: '' })
    expect(config).toMatchObject({ environment: 'production', simulatedUrl: undefined })
    expect(secrets.simulatedApiKey).toBeUndefined()
    expect(() => readConfig({ ...good, GUICHET_ENV: 'prod' })).toThrow(/GUICHET_ENV must be one of/)
    expect(() => readConfig({ ...good, TICKETS_SIMULATED_API_KEY: '' })).toThrow(/SIMULATED_API_KEY is missing/)
    expect(() => readConfig({ ...good, TICKETS_PREVIOUS_SEALING_SECRET: 'short' })).toThrow(
      /SEALING_SECRET is too short/,
    )
  })

  it('tells all faults at once, weak and example secrets among them', () => {
    const bad = {
      ...good,
      TICKETS_ORDER_SECRET: 'short',
      TICKETS_SIGNING_SECRET: 'change-me-change-me-change-me-change-me',
      TICKETS_HOLD_SECONDS: '5',
      TICKETS_BUS_URL: '',
    }
    expect(() => readConfig(bad)).toThrow(/BUS_URL[\s\S]*ORDER_SECRET|HOLD_SECONDS[\s\S]*BUS_URL/)
    expect(() => readConfig(bad)).toThrow(/SIGNING_SECRET is an example/)
    expect(() => readConfig(bad)).toThrow(/HOLD_SECONDS must be a whole number/)
  })
})

tokenAttackSuite(() => ({
  app: tickets.app,
  tokens: tickets.tokens,
  audience: 'tickets',
  now: tickets.clock.now,
}))
