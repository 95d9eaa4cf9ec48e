import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccountsFixture, accountsFixture } from './fixture.ts'

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

const refresh = (refreshToken: unknown) => accounts.call('POST', '/v1/sessions/refresh', { refreshToken })
const me = (token: string) => accounts.call('GET', '/v1/users/me', undefined, { token })

describe('refreshSession', () => {
  it('gives new tokens of the same session, again and again', async () => {
    const { session } = await accounts.person()
    let current = session
    for (let turn = 0; turn < 3; turn++) {
      accounts.clock.advance(590)
      const next = (await refresh(current.refreshToken)).body
      expect(next.sessionId).toBe(session.sessionId)
      expect(next.refreshToken).not.toBe(current.refreshToken)
      expect((await me(next.accessTokens.accounts)).status).toBe(200)
      current = next
    }
    expect((await me(session.accessTokens.accounts)).status).toBe(401)
  })

  it('S-10: a used token, once its 10 s are over, ends the session for both who hold one, and is written down', async () => {
    const { session, userId } = await accounts.person()
    const second = (await refresh(session.refreshToken)).body
    accounts.clock.advance(11)
    expect(await refresh(session.refreshToken)).toMatchObject({ status: 401, body: { code: 'refresh-token-invalid' } })
    expect((await refresh(second.refreshToken)).status).toBe(401)
    expect((await me(second.accessTokens.accounts)).status).toBe(401)
    const [entry] = (await accounts.auditOf('session.refresh-reused')).slice(-1)
    expect(entry).toMatchObject({ target: session.sessionId, facts: { userId } })
    expect((await accounts.messages('accounts.sessions-revoked.v1')).at(-1).userId).toBe(userId)
  })

  it('S-10: even within the 10 s, a token two steps behind ends the session', async () => {
    const { session } = await accounts.person()
    const second = (await refresh(session.refreshToken)).body
    const third = (await refresh(second.refreshToken)).body
    expect((await refresh(session.refreshToken)).status).toBe(401)
    expect((await refresh(third.refreshToken)).status).toBe(401)
  })

  it('S-10: leaves the other sessions of the user alive', async () => {
    const { email, session } = await accounts.person()
    const other = await accounts.signIn(email)
    await refresh(session.refreshToken)
    accounts.clock.advance(11)
    expect((await refresh(session.refreshToken)).status).toBe(401)
    expect((await refresh(other.refreshToken)).status).toBe(200)
  })

  it('S-11: a lost answer can be asked for again within 10 s, and is the same token', async () => {
    const { session } = await accounts.person()
    const first = (await refresh(session.refreshToken)).body
    accounts.clock.advance(9)
    const again = (await refresh(session.refreshToken)).body
    expect(again.refreshToken).toBe(first.refreshToken)
    expect((await refresh(again.refreshToken)).status).toBe(200)
  })

  it('S-12: ends with the session, however busy, and after two idle weeks', async () => {
    const idle = await accounts.person()
    accounts.clock.advance(14 * 86_400)
    expect((await refresh(idle.session.refreshToken)).status).toBe(401)
    const busy = await accounts.person()
    let token = busy.session.refreshToken
    let days = 0
    for (; days < 40; days += 10) {
      accounts.clock.advance(10 * 86_400)
      const answer = await refresh(token)
      if (answer.status === 401) break
      token = answer.body.refreshToken
    }
    expect(days).toBe(20)
  })

  it('refuses what we never made, without a look at the database', async () => {
    const { session } = await accounts.person()
    const bytes = Buffer.from(session.refreshToken, 'base64url')
    for (let index = 0; index < bytes.length; index += 5) {
      const forged = Buffer.from(bytes)
      forged[index] = (forged[index] ?? 0) ^ 1
      expect((await refresh(forged.toString('base64url'))).status).toBe(401)
    }
    for (const token of [
      `${session.refreshToken}=`,
      session.refreshToken.slice(1),
      'x',
      session.accessTokens.accounts.slice(0, 150),
    ]) {
      expect((await refresh(token)).status).toBe(401)
    }
    for (const token of ['', 1, null, {}]) expect((await refresh(token)).status).toBe(400)
    expect((await refresh(session.refreshToken)).status).toBe(200)
  })

  it('is made with the secret of this installation', async () => {
    const { createRefreshTokens } = await import('../src/sessions/refresh-token.ts')
    const mine = createRefreshTokens(Buffer.alloc(32, 1))
    const foreign = createRefreshTokens(Buffer.alloc(32, 2))
    const family = '01890a5d-ac96-774b-bcce-b302099a8057'
    expect(mine.read(mine.make(family, 7))).toEqual({ familyUuid: family, generation: 7 })
    expect(mine.read(foreign.make(family, 7))).toBeUndefined()
  })
})
