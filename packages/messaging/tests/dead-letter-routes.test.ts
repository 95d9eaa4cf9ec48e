import { defineProblems } from '@guichet/problem'
import { type App, createLog, createServer, createVerifier, defineAccess } from '@guichet/server'
import { emptyDatabase, eventually, type TestTokens, testTokens } from '@guichet/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addDeadLetterRoutes, DEAD_LETTER_ACCESS } from '../src/dead-letter-routes/routes.ts'
import { watchDeadLetters } from '../src/dead-letter-routes/watch-dead-letters.ts'
import { readMessageContracts } from '../src/message-contracts.ts'
import { type Bus, connectBus, type Message } from '../src/messaging.ts'
import { aMessage, silent } from './fixture.ts'

const QUEUE = 'example'
const TYPE = 'events.event-cancelled.v1'
let app: App
let tokens: TestTokens
let bus: Bus
let connected: Bus | undefined
let handled: Message[] = []
let refuses = true
const lines: { level: number; msg: string; actor?: string; reason?: string }[] = []

beforeAll(async () => {
  const database = await emptyDatabase()
  bus = connectBus(database.url, { log: silent })
  const consumer = bus.consume({ queue: QUEUE, types: [TYPE], maxAttempts: 1 }, async (message) => {
    if (refuses) throw new Error('the handler cannot')
    handled.push(message)
  })
  await consumer.bound
  tokens = await testTokens()
  const log = createLog('example', 'silent')
  const verifier = createVerifier({ issuer: tokens.issuer, audience: 'example', jwks: tokens.jwks })
  const access = defineAccess({ permissions: {}, routes: DEAD_LETTER_ACCESS })
  app = createServer({
    service: 'example',
    version: '1',
    problems: defineProblems({}),
    access,
    verifier,
    ready: {},
    log,
  })
  app.addHook('onRequest', async (request) => {
    const write = (level: number) => (facts: object, msg: string) => void lines.push({ level, msg, ...facts })
    Object.assign(request, { log: { ...silent, warn: write(40), error: write(50) } })
  })
  app.after(() => addDeadLetterRoutes(app, { queues: [QUEUE, 'other'], bus: () => connected }))
  await app.ready()
  return async () => {
    await app.close()
    await bus.close()
    await database.stop()
  }
})
beforeEach(async () => {
  connected = bus
  await eventually(() => bus.ready())
  await bus.deadLetters.discard(QUEUE, 'all')
  handled = []
  refuses = true
})
afterAll(() => lines.splice(0))

const example = (await readMessageContracts()).find(({ type }) => type === TYPE)?.example as object

async function dead(count = 1): Promise<Message[]> {
  const messages = Array.from({ length: count }, () => ({ ...aMessage(TYPE, example), source: 'events' }))
  for (const [n, message] of messages.entries()) {
    await bus.publish([message])
    await eventually(async () => (await bus.deadLetters.count(QUEUE)) === n + 1)
  }
  return messages
}
async function call(method: 'GET' | 'POST', url: string, payload?: object, token?: string) {
  const admin = token ?? (await tokens.user({ audience: 'example', admin: true }))
  return app.inject({ method, url, ...(payload ? { payload } : {}), headers: { authorization: `Bearer ${admin}` } })
}

describe('dead letters over HTTP', () => {
  it('are for the administrator of the platform alone', async () => {
    const owner = await tokens.user({ audience: 'example', memberships: { org_x: 'owner' } })
    const service = await tokens.service('tickets', 'example')
    const operations = [
      ['GET', '/v1/dead-letters', undefined],
      ['GET', '/v1/dead-letters/x', undefined],
      ['POST', '/v1/dead-letters/replay', { queue: QUEUE, keys: 'all' }],
      ['POST', '/v1/dead-letters/discard', { queue: QUEUE, keys: 'all', reason: 'because' }],
      ['POST', '/v1/dead-letters/x/mend', { queue: QUEUE, message: {} }],
    ] as const
    for (const [method, url, payload] of operations) {
      expect((await app.inject({ method, url, ...(payload ? { payload } : {}) })).statusCode, url).toBe(401)
      expect((await call(method, url, payload, owner)).statusCode, url).toBe(403)
      expect((await call(method, url, payload, service)).statusCode, url).toBe(403)
    }
  })

  it('are listed a page at a time, with how many wait in each queue', async () => {
    const [one, two, three] = await dead(3)
    const first = (await call('GET', '/v1/dead-letters?limit=2')).json()
    expect(first.queues).toEqual([
      { queue: QUEUE, count: 3 },
      { queue: 'other', count: 0 },
    ])
    expect(first.items.map(({ key }: { key: string }) => key)).toEqual([one?.id, two?.id])
    expect(first.items[0]).toMatchObject({
      queue: QUEUE,
      type: TYPE,
      subject: 'tst_1',
      error: 'Error: the handler cannot',
    })
    const second = (await call('GET', `/v1/dead-letters?limit=2&cursor=${first.nextCursor}`)).json()
    expect(second.items.map(({ key }: { key: string }) => key)).toEqual([three?.id])
    expect(second.nextCursor).toBeNull()
    expect((await call('GET', '/v1/dead-letters?queue=other')).json().items).toEqual([])
    for (const query of ['queue=nobody', 'cursor=x', 'limit=0', 'limit=201', 'unknown=1']) {
      expect((await call('GET', `/v1/dead-letters?${query}`)).statusCode, query).toBe(400)
    }
  })

  it('show the whole message of one, and 404 for another', async () => {
    const [message] = await dead()
    const { statusCode, body } = await call('GET', `/v1/dead-letters/${message?.id}?queue=${QUEUE}`)
    expect(statusCode).toBe(200)
    expect(JSON.parse(body)).toMatchObject({ key: message?.id, message, raw: null, attempts: 1 })
    expect((await call('GET', `/v1/dead-letters/${message?.id}?queue=other`)).statusCode).toBe(404)
    expect((await call('GET', '/v1/dead-letters/nobody')).statusCode).toBe(404)
  })

  it('are put back by name or all together, and a repetition finds nothing more to do', async () => {
    const [one, two] = await dead(2)
    refuses = false
    const named = { queue: QUEUE, keys: [one?.id] }
    expect((await call('POST', '/v1/dead-letters/replay', named)).json()).toEqual({ replayed: 1 })
    await eventually(() => handled.length === 1)
    expect((await call('POST', '/v1/dead-letters/replay', named)).json()).toEqual({ replayed: 0 })
    expect((await call('POST', '/v1/dead-letters/replay', { queue: QUEUE, keys: 'all' })).json()).toEqual({
      replayed: 1,
    })
    await eventually(() => handled.length === 2)
    expect(handled.map(({ id }) => id)).toEqual([one?.id, two?.id])
    for (const body of [
      { queue: QUEUE },
      { queue: QUEUE, keys: [] },
      { queue: 'x', keys: 'all' },
      { ...named, x: 1 },
    ]) {
      expect((await call('POST', '/v1/dead-letters/replay', body)).statusCode).toBe(400)
    }
  })

  it('are mended by a message that keeps its contract and its id, and by no other', async () => {
    const [message] = (await dead()) as [Message]
    const mend = (changed: object) =>
      call('POST', `/v1/dead-letters/${message.id}/mend`, { queue: QUEUE, message: changed })
    const pointers = async (changed: object) =>
      (await mend(changed)).json().errors.map(({ pointer }: { pointer: string }) => pointer)
    expect(await pointers({ ...message, data: {} })).toContain('/message/data')
    expect(await pointers({ ...message, type: 'events.nothing-known.v1' })).toEqual(['/message/type'])
    expect(await pointers({ ...message, id: aMessage(TYPE).id })).toEqual(['/message/id'])
    expect(await pointers({ nonsense: true })).toContain('/message/')
    refuses = false
    expect((await mend({ ...message, subject: 'evt_other' })).statusCode).toBe(204)
    await eventually(() => handled.length === 1)
    expect(handled[0]).toEqual({ ...message, subject: 'evt_other' })
    expect((await mend(message)).statusCode).toBe(404)
  })

  it('are thrown away with a reason, which stays in the log with who did it', async () => {
    const [message] = await dead(2)
    const body = { queue: QUEUE, keys: [message?.id] }
    expect((await call('POST', '/v1/dead-letters/discard', body)).statusCode).toBe(400)
    const answer = await call('POST', '/v1/dead-letters/discard', { ...body, reason: 'a test event' })
    expect(answer.json()).toEqual({ discarded: 1 })
    expect(await bus.deadLetters.count(QUEUE)).toBe(1)
    expect(lines.at(-1)).toMatchObject({
      level: 40,
      msg: 'dead letters discarded',
      reason: 'a test event',
      actor: expect.stringMatching(/^usr_/),
    })
  })

  it('are not to be had while the broker is away', async () => {
    connected = undefined
    expect((await call('GET', '/v1/dead-letters')).statusCode).toBe(503)
    connected = { ...bus, ready: () => false }
    expect((await call('POST', '/v1/dead-letters/replay', { queue: QUEUE, keys: 'all' })).statusCode).toBe(503)
  })

  it('are counted in the metrics, with an error line when there are more', async () => {
    const errors: object[] = []
    const log = { ...silent, error: (facts: object) => void errors.push(facts) }
    const verifier = createVerifier({ issuer: tokens.issuer, audience: 'example', jwks: tokens.jwks })
    const access = defineAccess({ permissions: {}, routes: {} })
    const options = { service: 'example', version: '1', problems: defineProblems({}), access, verifier, ready: {} }
    const watched = createServer({ ...options, log: createLog('example', 'silent') })
    Object.assign(watched, { log: { ...watched.log, ...log } })
    await dead(2)
    watchDeadLetters(watched, { queues: [QUEUE], bus: () => bus }, 10)
    await eventually(() => errors.length > 0)
    expect(errors).toEqual([{ queue: QUEUE, count: 2 }])
    await eventually(async () =>
      (await watched.inject('/metrics')).body.includes('guichet_dead_letters{queue="example",service="example"} 2'),
    )
    await bus.deadLetters.discard(QUEUE, 'all')
    await eventually(async () => (await watched.inject('/metrics')).body.includes(',service="example"} 0'))
    expect(errors).toHaveLength(1)
    await watched.close()
  })
})
