import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccountsFixture, accountsFixture } from './fixture.ts'

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

const refresh = (refreshToken: string) => accounts.call('POST', '/v1/sessions/refresh', { refreshToken })
const me = (token: string) => accounts.call('GET', '/v1/users/me', undefined, { token })

describe('S-13: signOut', () => {
  it('ends this session at once, announces it, and leaves the others, which refresh without noticing', async () => {
    const { email, userId, session, token } = await accounts.person()
    const other = await accounts.signIn(email)
    accounts.clock.advance(1)
    expect((await accounts.call('DELETE', '/v1/sessions/current', undefined, { token })).status).toBe(204)
    expect((await refresh(session.refreshToken)).status).toBe(401)
    expect((await me(token)).status).toBe(401)
    const { issuedBefore } = (await accounts.messages('accounts.sessions-revoked.v1')).at(-1)
    expect(new Date(issuedBefore).getTime()).toBeGreaterThan(accounts.clock.now().getTime())
    const renewed = await refresh(other.refreshToken)
    expect(renewed.status).toBe(200)
    expect((await me(renewed.body.accessTokens.accounts)).status).toBe(200)
    expect((await accounts.auditOf('session.closed')).at(-1)).toMatchObject({
      actor: userId,
      target: session.sessionId,
    })
  })

  it('needs a session, and a repeated one is over', async () => {
    const { token } = await accounts.person()
    expect((await accounts.call('DELETE', '/v1/sessions/current')).status).toBe(401)
    expect((await accounts.call('DELETE', '/v1/sessions/current', undefined, { token })).status).toBe(204)
    expect((await accounts.call('DELETE', '/v1/sessions/current', undefined, { token })).status).toBe(401)
  })
})

describe('S-13: signOutEverywhere', () => {
  it('ends every session of the user and of nobody else', async () => {
    const { email, userId, session, token } = await accounts.person()
    const other = await accounts.signIn(email)
    const stranger = await accounts.person()
    expect((await accounts.call('DELETE', '/v1/sessions')).status).toBe(401)
    expect((await accounts.call('DELETE', '/v1/sessions', undefined, { token })).status).toBe(204)
    for (const each of [session, other]) {
      expect((await refresh(each.refreshToken)).status).toBe(401)
      expect((await me(each.accessTokens.accounts)).status).toBe(401)
    }
    expect((await me(stranger.token)).status).toBe(200)
    expect((await accounts.messages('accounts.sessions-revoked.v1')).at(-1).userId).toBe(userId)
  })

  it('counts on another process of the service at once', async () => {
    const { email, session, token } = await accounts.person()
    const replica = await accounts.replica()
    const ask = (bearer: string) => accounts.callTo(replica, 'GET', '/v1/users/me', undefined, { token: bearer })
    expect((await ask(token)).status).toBe(200)
    await accounts.call('DELETE', '/v1/sessions', undefined, { token })
    expect((await ask(token)).status).toBe(401)
    const again = await accounts.signIn(email)
    expect(again.sessionId).not.toBe(session.sessionId)
    expect((await ask(again.accessTokens.accounts)).status).toBe(200)
  })

  it('lets a token pass that was made in the same millisecond, after the cut-off', async () => {
    const { email, token } = await accounts.person()
    await accounts.call('DELETE', '/v1/sessions', undefined, { token })
    // The clock of these tests stands still: the cut-off lies one millisecond ahead of it.
    const { accessTokens } = await accounts.signIn(email)
    expect((await me(accessTokens.accounts)).status).toBe(200)
  })
})
