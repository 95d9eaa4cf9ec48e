import { createVerifier } from '@guichet/server'
import type { JSONWebKeySet } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKeyring } from '../src/signing/keyring.ts'
import { type AccountsFixture, accountsFixture, CLIENT_SECRETS, PUBLIC_URL } from './fixture.ts'

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
const token = (form: string, authorization?: string, headers: Record<string, string> = {}) =>
  accounts.call('POST', '/oauth/token', form, {
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(authorization ? { authorization } : {}),
      ...headers,
    },
  })
const jwks = async () => (await accounts.call('GET', '/.well-known/jwks.json')).body as JSONWebKeySet
const GOOD = 'grant_type=client_credentials&resource=events'

describe('issueServiceToken', () => {
  it('gives a service a short token for the one that it wants to call', async () => {
    const answer = await token(GOOD, basic('tickets', CLIENT_SECRETS.tickets))
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 300 } })
    expect(answer.headers['cache-control']).toBe('no-store')
    const now = () => accounts.clock.now().getTime()
    const verify = createVerifier({ issuer: PUBLIC_URL, audience: 'events', jwks: await jwks(), now })
    expect(await verify(answer.body.access_token)).toEqual({ kind: 'service', name: 'tickets' })
    const elsewhere = createVerifier({ issuer: PUBLIC_URL, audience: 'tickets', jwks: await jwks(), now })
    await expect(elsewhere(answer.body.access_token)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('answers errors as RFC 6749 §5.2 prescribes', async () => {
    const good = basic('events', CLIENT_SECRETS.events)
    const refusals: [string, string | undefined, number, string][] = [
      [GOOD, undefined, 401, 'invalid_client'],
      [GOOD, basic('events', CLIENT_SECRETS.tickets), 401, 'invalid_client'],
      [GOOD, basic('events', ''), 401, 'invalid_client'],
      [GOOD, basic('web', 'x'), 401, 'invalid_client'],
      [GOOD, basic('__proto__', 'x'), 401, 'invalid_client'],
      [GOOD, 'Basic ====', 401, 'invalid_client'],
      ['resource=events', good, 400, 'invalid_request'],
      ['grant_type=password&resource=events', good, 400, 'unsupported_grant_type'],
      ['grant_type=client_credentials', good, 400, 'invalid_target'],
      ['grant_type=client_credentials&resource=https://evil.example', good, 400, 'invalid_target'],
      ['grant_type=client_credentials&resource=events&resource=tickets', good, 400, 'invalid_request'],
      ['', good, 400, 'invalid_request'],
    ]
    for (const [form, authorization, status, error] of refusals) {
      const answer = await token(form, authorization)
      expect([form, authorization, answer.status, answer.body.error]).toEqual([form, authorization, status, error])
      expect(Object.keys(answer.body)).toEqual(['error', 'error_description'])
    }
    const nobody = await token(GOOD)
    expect(nobody.headers['www-authenticate']).toMatch(/^Basic/)
  })

  it('takes forms nowhere else, because any site can send one', async () => {
    const form = await accounts.call('POST', '/v1/sessions', 'email=a@b.fr&password=x', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(form.status).toBe(415)
    const basicElsewhere = await accounts.call('GET', '/v1/users/me', undefined, {
      headers: { authorization: basic('events', CLIENT_SECRETS.events) },
    })
    expect(basicElsewhere.status).toBe(401)
  })
})

describe('getSigningKeys', () => {
  it('publishes the current key and the next one, and nothing private', async () => {
    const { keys } = await jwks()
    expect(keys.length).toBeGreaterThanOrEqual(2)
    for (const key of keys) expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
  })

  it('rotates without ending anything: old tokens stay good, new ones come from the key announced before', async () => {
    const announced = await jwks()
    const { session } = await accounts.person()
    await accounts.context.keyring.rotate()
    const after = await jwks()
    expect(after.keys[0]?.kid).toBe(announced.keys[1]?.kid)
    expect(after.keys.map((key) => key.kid)).toContain(announced.keys[0]?.kid)
    const me = (bearer: string) => accounts.call('GET', '/v1/users/me', undefined, { token: bearer })
    expect((await me(session.accessTokens.accounts)).status).toBe(200)
    const renewed = await accounts.call('POST', '/v1/sessions/refresh', { refreshToken: session.refreshToken })
    expect((await me(renewed.body.accessTokens.accounts)).status).toBe(200)
    const now = () => accounts.clock.now().getTime()
    const withOldKeys = createVerifier({ issuer: PUBLIC_URL, audience: 'events', jwks: announced, now })
    expect(await withOldKeys(renewed.body.accessTokens.events)).toMatchObject({ kind: 'user' })
    accounts.clock.advance(3_601)
    await accounts.context.keyring.load()
    expect((await jwks()).keys.map((key) => key.kid)).not.toContain(announced.keys[0]?.kid)
  })

  it('makes one current and one next key, however many processes start at once', async () => {
    const fresh = await accountsFixture()
    try {
      await fresh.db.deleteFrom('signing_key').execute()
      const rings = Array.from({ length: 5 }, () => createKeyring(fresh.db, Buffer.alloc(32, 1), fresh.clock.now))
      await Promise.all(rings.map((ring) => ring.load()))
      expect(new Set(rings.map((ring) => JSON.stringify(ring.jwks()))).size).toBe(1)
      expect(await fresh.db.selectFrom('signing_key').select('state').orderBy('state').execute()).toEqual([
        { state: 'current' },
        { state: 'next' },
      ])
      const stranger = createKeyring(fresh.db, Buffer.alloc(32, 2), fresh.clock.now)
      await expect(stranger.load()).rejects.toThrow(/ACCOUNTS_SECRET is not the one/)
    } finally {
      await fresh.stop()
    }
  })

  it('keeps private keys sealed in the database, and none of a retired key', async () => {
    const rows = await accounts.db.selectFrom('signing_key').select(['state', 'private_key_sealed']).execute()
    expect(rows.filter((row) => row.state === 'retired').every((row) => row.private_key_sealed === null)).toBe(true)
    for (const { private_key_sealed } of rows) {
      expect(private_key_sealed?.toString('latin1') ?? '').not.toMatch(/PRIVATE KEY/)
    }
  })
})

describe('getServerMetadata', () => {
  it('says where the endpoints are, as clients of RFC 8414 expect', async () => {
    const { body } = await accounts.call('GET', '/.well-known/oauth-authorization-server')
    expect(body).toMatchObject({
      issuer: PUBLIC_URL,
      token_endpoint: `${PUBLIC_URL}/api/accounts/oauth/token`,
      jwks_uri: `${PUBLIC_URL}/api/accounts/.well-known/jwks.json`,
      response_types_supported: [],
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
    })
  })
})
