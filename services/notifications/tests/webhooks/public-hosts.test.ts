import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { startWithWebhooks, type WebhookFixture } from './fixture.ts'
import { type Receiver, startReceiver } from './receiver.ts'

let fixture: WebhookFixture
let receiver: Receiver
/** What the resolver answers: tests change it between the save and the sending. */
const names = new Map<string, string[]>()
const PUBLIC = '93.184.215.14'

beforeAll(async () => {
  receiver = await startReceiver()
  fixture = await startWithWebhooks({
    config: { webhookHosts: 'public' },
    overrides: {
      webhookHosts: {
        schemes: ['https:', 'http:'],
        ports: [receiver.port],
        resolve: async (name) => names.get(name) ?? Promise.reject(new Error('unknown')),
      },
    },
  })
})
afterAll(async () => {
  await fixture?.end()
  await receiver?.close()
})

const save = (url: string) => fixture.call('POST', `/v1/organizers/${fixture.organizerId}/webhook-endpoints`, { url })

describe('an address in our own network', () => {
  it.each([
    'http://127.0.0.1/x',
    'https://localhost/x',
    'https://localhost./x',
    'https://[::1]/x',
    'https://0x7f.1/x',
    'https://2130706433/x',
    'https://0/x',
    'https://169.254.169.254/latest/meta-data',
    'https://10.0.0.1/x',
    'https://192.168.1.1/x',
    'https://100.64.0.1/x',
    'https://[::ffff:127.0.0.1]/x',
    'https://[64:ff9b::7f00:1]/x',
    'https://[2002:7f00:1::]/x',
    'https://[2001:0:7f00:1::]/x',
    'https://[fd00::1]/x',
    'https://[fe80::1]/x',
    'https://user:secret@hook.example/x',
    'https://hook.example:5432/x',
    'https://hook.example:5672/x',
    'https://nowhere.example/x',
    'https://mixed.example/x',
    'gopher://hook.example/x',
    'file:///etc/passwd',
    'not an address',
  ])('is refused at save: %s', async (url) => {
    names.set('hook.example', [PUBLIC])
    names.set('localhost', ['127.0.0.1'])
    names.set('localhost.', ['127.0.0.1'])
    names.set('mixed.example', [PUBLIC, '10.0.0.1'])
    const answer = await save(url)
    expect(answer.statusCode).toBe(422)
    expect(answer.json()).toMatchObject({ code: 'webhook-url-refused', errors: [{ pointer: '/url' }] })
    // The same words for every reason.
    expect(answer.json().errors[0].detail).toBe('is no https address of a public host')
  })

  it('is never asked when a name leads there after the save, though it did not at the save', async () => {
    names.set('rebound.example', [PUBLIC])
    const answer = await save(`http://rebound.example:${receiver.port}/hook`)
    expect(answer.statusCode).toBe(201)
    const { id } = answer.json()
    names.set('rebound.example', ['127.0.0.1'])
    await fixture.orderConfirmed()
    // Whatever comes of it: where it is asked after all, this fails at once instead of waiting for a refusal.
    const tried = await eventually(
      async () => (await fixture.webhooks(id)).find(({ lastOutcome }) => lastOutcome !== null) ?? false,
    )
    expect(tried).toMatchObject({ state: 'retrying', lastOutcome: 'not-public', lastStatus: null })
    expect(receiver.received).toEqual([])
  })

  it('is reached by the same name where that is allowed: the control', async () => {
    const open = await startWithWebhooks({
      overrides: { webhookHosts: { resolve: async () => ['127.0.0.1'] } },
    })
    await open.endpoint(`http://rebound.example:${receiver.port}/allowed`)
    await open.orderConfirmed()
    await eventually(() => receiver.of('/allowed').length > 0)
    await open.end()
  })
})

describe('a platform in production', () => {
  it('does not start when webhooks may go anywhere', () => {
    const settings = {
      DATABASE_URL: 'postgres://notifications@127.0.0.1/notifications',
      BUS_URL: 'amqp://127.0.0.1',
      PUBLIC_URL: 'https://tickets.example.org/',
      JWKS_URL: 'http://127.0.0.1:4101/.well-known/jwks.json',
      ACCOUNTS_URL: 'http://127.0.0.1:4101',
      TICKETS_URL: 'http://127.0.0.1:4103',
      CLIENT_SECRET: 'k3Xw0v9nQeR7tYuI1oPaSdFgHjKlZxCv',
      SMTP_URL: 'smtp://127.0.0.1:2525',
      WEBHOOK_HOSTS: 'any',
    }
    const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`NOTIFICATIONS_${name}`, value]))
    expect(readConfig(env).config.webhookHosts).toBe('any')
    expect(() => readConfig({ ...env, GUICHET_ENV: 'production' })).toThrow(/WEBHOOK_HOSTS=any/)
    expect(readConfig({ ...env, NOTIFICATIONS_WEBHOOK_HOSTS: undefined }).config.webhookHosts).toBe('public')
  })
})

describe('a receiver that wants to hold us up', () => {
  it('is left after five seconds, and after 64 kB, whatever it says', async () => {
    const open = await startWithWebhooks()
    let written = 0
    receiver.answer = (response, path) => {
      if (path === '/silent') return
      response.writeHead(200)
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(16 * 1024))) written += 16 * 1024
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    }
    const silent = await open.endpoint(`${receiver.url}/silent`)
    const endless = await open.endpoint(`${receiver.url}/endless`)
    await open.orderConfirmed()
    await eventually(async () => (await open.webhooks(endless.id)).some(({ state }) => state === 'delivered'))
    const left = await eventually(
      async () => (await open.webhooks(silent.id)).find(({ state }) => state === 'retrying') ?? false,
    )
    expect(left).toMatchObject({ lastOutcome: 'timed-out', lastStatus: null })
    const [{ durationMs }] = (await open.webhook(left.id)).log
    expect(durationMs).toBeGreaterThan(4_900)
    expect(durationMs).toBeLessThan(60_000)
    // What the kernel's buffers take is not read by us.
    expect(written).toBeLessThan(20 * 1024 * 1024)
    await open.end()
  })
})
