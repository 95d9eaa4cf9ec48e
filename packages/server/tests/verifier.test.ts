import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { newOrganizerId, newUserId, type TestTokens, testTokens } from '@guichet/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createVerifier } from '../src/server.ts'

let tokens: TestTokens
beforeEach(async () => {
  tokens = await testTokens()
})

const local = (more: object = {}) =>
  createVerifier({ issuer: tokens.issuer, audience: 'tickets', jwks: tokens.jwks, ...more })
const UNAUTHENTICATED = { code: 'unauthenticated' }

describe('createVerifier', () => {
  it('tells who a user is, with the millisecond of the token', async () => {
    const userId = newUserId()
    const organizerId = newOrganizerId()
    const issuedAt = Math.floor(Date.now() / 1_000) + 0.125
    const token = await tokens.user({
      audience: 'tickets',
      userId,
      memberships: { [organizerId]: 'door' },
      issuedAt,
      sessionId: 'ses_1',
    })
    expect(await local()(token)).toEqual({
      kind: 'user',
      userId,
      admin: false,
      memberships: { [organizerId]: 'door' },
      sessionId: 'ses_1',
      issuedAt: new Date(issuedAt * 1_000),
    })
    expect(await local()(await tokens.service('events', 'tickets'))).toEqual({ kind: 'service', name: 'events' })
  })

  it('takes no claim on trust: only true means admin, only texts are roles', async () => {
    const claims = {
      iss: tokens.issuer,
      sub: newUserId(),
      aud: 'tickets',
      iat: Date.now() / 1_000,
      exp: Math.floor(Date.now() / 1_000) + 60,
      sid: 'ses_1',
      client_id: 'web',
    }
    expect(await local()(await tokens.forge({ ...claims, admin: 'true', memberships: { a: 1 } }))).toMatchObject({
      admin: false,
      memberships: {},
    })
  })

  it('remembers a good token, but not beyond its end', async () => {
    const token = await tokens.user({ audience: 'tickets' })
    let time = Date.now() // later than the token, or its end might not be over below
    const verify = local({ now: () => time })
    expect(await verify(token)).toBe(await verify(token))
    time += 600_000 + 6_000
    await expect(verify(token)).rejects.toMatchObject(UNAUTHENTICATED)
  })

  it('refuses a remembered token the moment it is cut off', async () => {
    const cutoffs = new Set<string>()
    const verify = local({ isStale: (userId: string) => cutoffs.has(userId) })
    const userId = newUserId()
    const token = await tokens.user({ audience: 'tickets', userId })
    expect(await verify(token)).toMatchObject({ userId })
    cutoffs.add(userId)
    await expect(verify(token)).rejects.toMatchObject(UNAUTHENTICATED)
    expect(await verify(await tokens.user({ audience: 'tickets' }))).toMatchObject({ kind: 'user' })
  })
})

describe('createVerifier with the keys of accounts', () => {
  let accounts: Server
  let jwks: URL
  let keys: { keys: object[] }
  let hits = 0
  beforeEach(async () => {
    keys = { keys: [...tokens.jwks.keys] }
    hits = 0
    accounts = createServer((_request, response) => {
      hits += 1
      response.setHeader('content-type', 'application/json').end(JSON.stringify(keys))
    })
    await new Promise<void>((resolve) => accounts.listen(0, '127.0.0.1', resolve))
    jwks = new URL(`http://127.0.0.1:${(accounts.address() as AddressInfo).port}/jwks.json`)
  })
  afterEach(() => new Promise((resolve) => accounts.close(resolve)))

  it('asks once, and goes on while accounts is away', async () => {
    const verify = local({ jwks })
    await Promise.all(Array.from({ length: 10 }, async () => verify(await tokens.user({ audience: 'tickets' }))))
    expect(hits).toBe(1)
    accounts.closeAllConnections()
    await new Promise((resolve) => accounts.close(resolve))
    expect(await verify(await tokens.user({ audience: 'tickets' }))).toMatchObject({ kind: 'user' })
    accounts = createServer()
    await new Promise<void>((resolve) => accounts.listen(0, '127.0.0.1', resolve))
  })

  it('is unavailable, never a pass and never a sign-out, while it has no keys', async () => {
    const nobody = new URL('http://127.0.0.1:1/jwks.json')
    const token = await tokens.user({ audience: 'tickets' })
    await expect(local({ jwks: nobody })(token)).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('does not fetch keys again for each token under an unknown key', async () => {
    const verify = local({ jwks })
    await verify(await tokens.user({ audience: 'tickets' }))
    const stranger = await testTokens(tokens.issuer)
    for (let count = 0; count < 20; count++) {
      await expect(verify(await stranger.user({ audience: 'tickets' }))).rejects.toMatchObject(UNAUTHENTICATED)
    }
    expect(hits).toBeLessThanOrEqual(2)
  })
})
