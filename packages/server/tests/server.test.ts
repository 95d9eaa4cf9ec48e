import { DomainError, defineProblems } from '@guichet/problem'
import { testTokens } from '@guichet/testkit'
import { type Static, Type } from 'typebox'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type App,
  authorize,
  createLog,
  createServer,
  createVerifier,
  defineAccess,
  newUuid,
  toId,
} from '../src/server.ts'

const ORGANIZER = toId('org', newUuid())
const Body = Type.Object({
  name: Type.String({ minLength: 1 }),
  nested: Type.Optional(Type.Object({ count: Type.Integer() })),
})

let app: App
let tokens: Awaited<ReturnType<typeof testTokens>>

beforeAll(async () => {
  tokens = await testTokens()
  app = createServer({
    service: 'example',
    version: '1.0.0',
    problems: defineProblems({
      'sold-out': {
        status: 409,
        title: { en: 'Sold out.', fr: 'Complet.' },
        detail: { en: 'Only {left} left.', fr: 'Il en reste {left}.' },
      },
    }),
    access: defineAccess({
      permissions: { 'thing.write': ['owner'] },
      routes: {
        makeThing: 'public',
        failThing: 'public',
        refuseThing: 'public',
        writeThing: 'thing.write',
        serveThing: { services: ['peer'] },
      },
    }),
    verifier: createVerifier({ issuer: tokens.issuer, audience: 'example', jwks: tokens.jwks }),
    ready: { database: async () => undefined },
    log: createLog('example', 'silent'),
  })
  app.post(
    '/v1/things',
    { schema: { operationId: 'makeThing', body: Body } },
    async (request) => request.body as Static<typeof Body>,
  )
  app.get('/v1/failures', { schema: { operationId: 'failThing' } }, async () => {
    throw new Error('password=hunter2 at /srv/secret.ts')
  })
  app.get('/v1/refusals', { schema: { operationId: 'refuseThing' } }, async () => {
    throw new DomainError('sold-out', { left: 3 })
  })
  app.get(
    '/v1/organizers/:id',
    { schema: { operationId: 'writeThing', params: Type.Object({ id: Type.String() }) } },
    async (request) => {
      authorize(request, 'thing.write', request.params.id)
      return { ok: true }
    },
  )
  app.get('/v1/internal', { schema: { operationId: 'serveThing' } }, async () => ({ ok: true }))
  await app.ready()
})

const get = (url: string, token?: string, headers: Record<string, string> = {}) =>
  app.inject({ url, headers: { ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}) } })
const post = (payload: unknown, headers: Record<string, string> = {}) =>
  app.inject({ method: 'POST', url: '/v1/things', payload: payload as object, headers })

describe('bodies', () => {
  it('are taken as they are: no coercion, no silent dropping of unknown fields', async () => {
    expect((await post({ name: 'a' })).json()).toEqual({ name: 'a' })
    for (const [body, pointer] of [
      [{ name: 1 }, '/name'],
      [{ name: 'a', role: 'admin' }, '/role'],
      [{ name: 'a', nested: { count: 1, price: 0 } }, '/nested/price'],
      [{}, '/name'],
    ] as const) {
      const answer = await post(body)
      expect(answer.statusCode).toBe(400)
      expect(answer.headers['content-type']).toContain('application/problem+json')
      expect(answer.json().errors[0].pointer).toBe(pointer)
    }
  })

  it('that are no text for PostgreSQL, or pollute a prototype, are refused', async () => {
    expect((await post({ name: 'a\u0000b' })).statusCode).toBe(400)
    const raw = (payload: string, type = 'application/json') =>
      app.inject({ method: 'POST', url: '/v1/things', payload, headers: { 'content-type': type } })
    expect((await raw('{"name":"\\ud800"}')).statusCode).toBe(400)
    expect((await raw('{"name":"a","__proto__":{"admin":true}}')).statusCode).toBe(400)
    expect((await raw('{"name":')).statusCode).toBe(400)
    expect((await raw('{"name":"a","nested":{"count":1e400}}')).json().errors[0].pointer).toBe('/nested/count')
    expect((await raw('name=a', 'text/plain')).statusCode).toBe(415)
    expect((await raw(JSON.stringify({ name: 'a'.repeat(300_000) }))).statusCode).toBe(413)
  })

  it('nested beyond any use are refused, as values and as unknown fields, and cost no stack', async () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const deep = (levels: number) => `${open.repeat(levels)}1${close.repeat(levels)}`
      for (const payload of [`{"name":${deep(40_000)}}`, `{"x":${deep(40_000)}}`, deep(40_000)]) {
        const headers = { 'content-type': 'application/json' }
        const answer = await app.inject({ method: 'POST', url: '/v1/things', payload, headers })
        expect([answer.statusCode, answer.json().code]).toEqual([400, 'request-invalid'])
      }
    }
  })

  it('sent by another site are refused before they are read', async () => {
    expect((await post({ name: 'a' }, { 'sec-fetch-site': 'cross-site' })).json().code).toBe('cross-site')
  })
})

describe('problems', () => {
  it('leak nothing of what was not foreseen', async () => {
    const answer = await get('/v1/failures')
    expect(answer.statusCode).toBe(500)
    expect(answer.body).not.toMatch(/hunter2|secret|\.ts/)
    expect(answer.json().instance).toMatch(/^urn:uuid:/)
  })

  it('speak the reader’s language and carry the facts', async () => {
    expect((await get('/v1/refusals', undefined, { 'accept-language': 'fr-FR,en;q=0.5' })).json()).toMatchObject({
      status: 409,
      title: 'Complet.',
      detail: 'Il en reste 3.',
      left: 3,
    })
    expect((await get('/v1/refusals')).json()).toMatchObject({ detail: 'Only 3 left.' })
  })

  it('are the same for an unknown path and for no path at all', async () => {
    expect((await get('/nowhere')).json()).toMatchObject({ status: 404, code: 'not-found' })
    const undecodable = await get('/v1/%ff')
    expect(undecodable.json()).toMatchObject({ status: 404, code: 'not-found' })
    expect(undecodable.headers['x-content-type-options']).toBe('nosniff')
  })
})

describe('the access table', () => {
  it('stops a route without a row, and one without an operationId', async () => {
    const make = () =>
      createServer({
        service: 'x',
        version: '1',
        problems: defineProblems({}),
        access: defineAccess({ permissions: {}, routes: {} }),
        verifier: createVerifier({ issuer: 'x', audience: 'x', jwks: tokens.jwks }),
        ready: {},
        log: createLog('x', 'silent'),
      })
    const orphan = make()
    expect(() => orphan.get('/a', { schema: { operationId: 'nobodyKnows' } }, async () => 1)).toThrow(/no row/)
    const nameless = make()
    expect(() => nameless.get('/a', async () => 1)).toThrow(/no operationId/)
    expect(() => defineAccess({ permissions: {}, routes: { a: 'no.such.permission' } })).toThrow(/no role has/)
  })

  it('tells members of the organizer from strangers, and strangers nothing', async () => {
    const token = (memberships: Record<string, string>, admin = false) =>
      tokens.user({ audience: 'example', memberships, admin })
    const url = `/v1/organizers/${ORGANIZER}`
    expect((await get(url)).statusCode).toBe(401)
    expect((await get(url, await token({ [ORGANIZER]: 'owner' }))).statusCode).toBe(200)
    expect((await get(url, await token({}, true))).statusCode).toBe(200)
    expect((await get(url, await token({ [ORGANIZER]: 'viewer' }))).statusCode).toBe(403)
    expect((await get(url, await token({}))).json().code).toBe('not-found')
    for (const id of ['constructor', 'toString', '__proto__']) {
      expect((await get(`/v1/organizers/${id}`, await token({}))).json().code, id).toBe('not-found')
    }
    expect((await get(url, await tokens.service('peer', 'example'))).statusCode).toBe(403)
  })

  it('lets only the named services in', async () => {
    expect((await get('/v1/internal', await tokens.service('peer', 'example'))).statusCode).toBe(200)
    expect((await get('/v1/internal', await tokens.service('other', 'example'))).statusCode).toBe(403)
    expect((await get('/v1/internal', await tokens.user({ audience: 'example', admin: true }))).statusCode).toBe(403)
    expect((await get('/v1/internal')).statusCode).toBe(401)
    expect((await app.inject({ method: 'HEAD', url: '/v1/internal' })).statusCode).toBe(401)
  })
})

describe('what every service answers', () => {
  it('health, metrics and an OpenAPI 3.1 document that hides them', async () => {
    expect((await get('/health/live')).json()).toEqual({ status: 'ok' })
    expect((await get('/health/ready')).json()).toEqual({ status: 'ok', checks: { database: 'ok' } })
    expect((await get('/metrics')).body).toContain('http_request_duration_seconds')
    const document = (await get('/openapi.json')).json()
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths['/v1/internal'])).toEqual(['get'])
    expect(Object.keys(document.paths)).toContain('/v1/things')
    expect(Object.keys(document.paths)).not.toContain('/metrics')
  })

  it('carries the security headers and no version of anything', async () => {
    const { headers } = await get('/v1/refusals')
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    })
    expect(headers['x-powered-by']).toBeUndefined()
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })
})
