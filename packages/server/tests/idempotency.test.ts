import { createDatabase, type Db, inTransaction, sql } from '@guichet/database'
import { DomainError, defineProblems } from '@guichet/problem'
import { emptyDatabase, type TestDatabase } from '@guichet/testkit'
import { Type } from 'typebox'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type App, createLog, createServer, defineAccess, type IdempotencyTable, idempotently } from '../src/server.ts'

interface Schema extends IdempotencyTable {
  charge: { id: number; amount: number }
}

let database: TestDatabase
let db: Db<Schema>
let app: App
let begun: () => void = () => undefined
let gate: Promise<void> | undefined

beforeAll(async () => {
  database = await emptyDatabase()
  db = createDatabase<Schema>(database.url, { max: 12, acquireTimeoutMs: 60_000 })
  await sql`create table idempotency_key (scope text not null, key text not null, request_hash bytea not null,
    status integer not null, body jsonb not null, created_at timestamptz not null default now(), primary key (scope, key))`.execute(
    db,
  )
  await sql`create table charge (id integer generated always as identity, amount integer not null)`.execute(db)
  app = createServer({
    service: 'example',
    version: '1.0.0',
    problems: defineProblems({ 'too-much': { status: 409, title: { en: 'Too much.', fr: 'Trop.' } } }),
    access: defineAccess({ permissions: {}, routes: { charge: 'public', chargeTwice: 'public' } }),
    verifier: async () => ({ kind: 'anonymous' }),
    ready: {},
    log: createLog('example', 'silent'),
  })
  const Body = Type.Object({ amount: Type.Integer(), note: Type.Optional(Type.String()) })
  app.post('/v1/charges', { schema: { operationId: 'charge', body: Body } }, async (request, reply) => {
    const scope = String(request.headers['x-caller'] ?? 'anna')
    const outcome = await idempotently(db, request, reply, scope, async (tx) => {
      const { rows } = await sql<{
        id: number
      }>`insert into charge (amount) values (${request.body.amount}) returning id`.execute(tx)
      begun()
      await gate
      if (request.body.amount > 1_000) throw new DomainError('too-much')
      return { status: 201, body: { id: rows[0]?.id } }
    })
    return reply.code(outcome.status).send(outcome.body)
  })
  // The same without protection: what the control needs.
  app.post('/v1/unprotected', { schema: { operationId: 'chargeTwice', body: Body } }, async (request, reply) => {
    await inTransaction(db, (tx) => sql`insert into charge (amount) values (${request.body.amount})`.execute(tx))
    return reply.code(201).send({})
  })
})
afterAll(async () => {
  await app.close()
  await db.destroy()
  await database.stop()
})
beforeEach(async () => {
  gate = undefined
  begun = () => undefined
  await sql`truncate charge, idempotency_key`.execute(db)
})

const charges = async () => (await sql<{ amount: number }>`select amount from charge`.execute(db)).rows
const charge = (
  key: string | undefined,
  payload: object = { amount: 5 },
  headers: Record<string, string> = {},
  url = '/v1/charges',
) =>
  app.inject({
    method: 'POST',
    url,
    payload,
    headers: { ...(key === undefined ? {} : { 'idempotency-key': key }), ...headers },
  })

describe('idempotently', () => {
  it('gives the first answer again, and says so', async () => {
    const first = await charge('k1')
    const again = await charge('k1')
    expect([first.statusCode, again.statusCode]).toEqual([201, 201])
    expect(again.json()).toEqual(first.json())
    expect([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']]).toEqual([undefined, 'true'])
    expect(await charges()).toHaveLength(1)
  })

  it('takes the same fields in another order for the same request', async () => {
    await charge('k1', { amount: 5, note: 'x' })
    const again = await charge('k1', { note: 'x', amount: 5 })
    expect(again.headers['idempotency-replayed']).toBe('true')
  })

  it('control: fifty requests at once without it have fifty effects', async () => {
    await Promise.all(Array.from({ length: 50 }, () => charge('k1', { amount: 5 }, {}, '/v1/unprotected')))
    expect(await charges()).toHaveLength(50)
  })

  it('fifty at once have one effect; each gets the one answer, or is told to repeat, and then gets it', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => charge('k1')))
    for (const answer of answers) expect([201, 409]).toContain(answer.statusCode)
    const busy = answers.find((answer) => answer.statusCode === 409)
    if (busy) expect(busy.json().code).toBe('idempotency-in-progress')
    const done = [...answers.filter((answer) => answer.statusCode === 201), await charge('k1')]
    expect(new Set(done.map((answer) => answer.body)).size).toBe(1)
    expect(await charges()).toHaveLength(1)
  })

  it('is 409 while the first still runs', async () => {
    let open: () => void = () => undefined
    gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const started = new Promise<void>((resolve) => {
      begun = resolve
    })
    const first = charge('k1')
    await started
    expect((await charge('k1')).json().code).toBe('idempotency-in-progress')
    open()
    expect((await first).statusCode).toBe(201)
    expect((await charge('k1')).headers['idempotency-replayed']).toBe('true')
  })

  it('is 422 for another request under the same key', async () => {
    await charge('k1')
    expect((await charge('k1', { amount: 6 })).json()).toMatchObject({ status: 422, code: 'idempotency-key-reused' })
    expect((await charge('k1', { amount: 5 }, {}, '/v1/charges?x=1')).statusCode).toBe(422)
    expect(await charges()).toHaveLength(1)
  })

  it('is 400 without a key, or with one that is none', async () => {
    expect((await charge(undefined)).json().code).toBe('idempotency-key-missing')
    expect((await charge('  ')).json().code).toBe('idempotency-key-missing')
    for (const key of ['a b', 'é', 'x'.repeat(256)]) expect((await charge(key)).json().code).toBe('request-invalid')
    expect(await charges()).toHaveLength(0)
  })

  it('keeps no refusal and no effect of it: the same key may try again', async () => {
    expect((await charge('k1', { amount: 2_000 })).json().code).toBe('too-much')
    expect(await charges()).toHaveLength(0)
    expect((await charge('k1', { amount: 10 })).statusCode).toBe(201)
  })

  it('is each caller’s own: nobody gets the answer of another by his key', async () => {
    await charge('k1')
    const other = await charge('k1', { amount: 7 }, { 'x-caller': 'eve' })
    expect(other.statusCode).toBe(201)
    expect(other.headers['idempotency-replayed']).toBeUndefined()
    expect(await charges()).toHaveLength(2)
  })
})
