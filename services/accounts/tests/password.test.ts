import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccountsFixture, accountsFixture, newEmail, PASSWORD } from './fixture.ts'

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

const NEW = 'acht kleine blaue Hasen'
const enter = async (email: string, password: string) =>
  (await accounts.call('POST', '/v1/sessions', { email, password })).status
const refresh = async (refreshToken: string) =>
  (await accounts.call('POST', '/v1/sessions/refresh', { refreshToken })).status
const reset = (token: string, password = NEW) => accounts.call('POST', '/v1/password-resets', { token, password })

describe('changePassword', () => {
  const change = (token: string | undefined, body: object) =>
    accounts.call('PUT', '/v1/users/me/password', body, { token })

  it('takes the new one at once, ends the other sessions, and keeps this one', async () => {
    const { email, userId, session, token } = await accounts.person()
    const other = await accounts.signIn(email)
    expect((await change(token, { currentPassword: PASSWORD, newPassword: NEW })).status).toBe(204)
    expect([await enter(email, PASSWORD), await enter(email, NEW)]).toEqual([401, 201])
    expect([await refresh(other.refreshToken), await refresh(session.refreshToken)]).toEqual([401, 200])
    expect((await accounts.auditOf('user.password-changed')).at(-1)?.target).toBe(userId)
    expect((await accounts.messages('accounts.password-changed.v1')).at(-1)).toMatchObject({ userId, how: 'changed' })
  })

  it('needs the present password, and a good new one', async () => {
    const { email, token } = await accounts.person()
    expect((await change(undefined, { currentPassword: PASSWORD, newPassword: NEW })).status).toBe(401)
    expect((await change(token, { currentPassword: NEW, newPassword: NEW })).body.code).toBe('password-wrong')
    expect((await change(token, { newPassword: NEW })).body.code).toBe('password-wrong')
    expect((await change(token, { currentPassword: PASSWORD, newPassword: 'short' })).status).toBe(422)
    expect((await change(token, { currentPassword: PASSWORD })).status).toBe(400)
    expect((await change(token, { currentPassword: PASSWORD, newPassword: NEW, email: 'x@y.fr' })).status).toBe(400)
    expect(await enter(email, PASSWORD)).toBe(201)
  })

  it('stops guessing after ten tries', async () => {
    const { token } = await accounts.person()
    for (let count = 0; count < 10; count++) {
      expect((await change(token, { currentPassword: 'wrong wrong wrong', newPassword: NEW })).status).toBe(403)
    }
    expect((await change(token, { currentPassword: PASSWORD, newPassword: NEW })).status).toBe(429)
  })

  it('kills a reset link that was on its way', async () => {
    const { userId, token } = await accounts.person()
    const link = await accounts.mailedToken(userId, 'password-reset')
    await change(token, { currentPassword: PASSWORD, newPassword: NEW })
    expect((await reset(link)).body.code).toBe('link-invalid')
  })
})

describe('S-24: resetPassword', () => {
  it('sets the password by a mailed link, once, and ends every session', async () => {
    const { email, userId, session } = await accounts.person()
    expect((await accounts.call('POST', '/v1/password-reset-requests', { email })).status).toBe(202)
    await accounts.answerAll()
    const asked = (await accounts.messages('accounts.email-link-requested.v1')).at(-1)
    expect(asked).toEqual({ userId, purpose: 'password-reset', locale: 'fr' })
    const token = await accounts.mailedToken(userId, 'password-reset')
    expect((await reset(token)).status).toBe(204)
    expect([await enter(email, PASSWORD), await enter(email, NEW)]).toEqual([401, 201])
    expect(await refresh(session.refreshToken)).toBe(401)
    expect((await reset(token, PASSWORD)).body.code).toBe('link-invalid')
    expect((await accounts.auditOf('user.password-reset')).at(-1)?.target).toBe(userId)
    expect((await accounts.messages('accounts.password-changed.v1')).at(-1)).toMatchObject({ userId, how: 'reset' })
  })

  it('honours only the newest link, for half an hour, for its own purpose', async () => {
    const { userId } = await accounts.person()
    const older = await accounts.mailedToken(userId, 'password-reset')
    const newer = await accounts.mailedToken(userId, 'password-reset')
    expect((await reset(older)).body.code).toBe('link-invalid')
    accounts.clock.advance(30 * 60)
    expect((await reset(newer)).body.code).toBe('link-invalid')
    const waiting = await accounts.newcomer()
    const confirmation = await accounts.mailedToken(waiting.userId, 'email-confirmation')
    expect((await reset(confirmation)).body.code).toBe('link-invalid')
  })

  it('a refused new password leaves the link good for a better one', async () => {
    const { userId } = await accounts.person('Rosalind Franklin')
    const token = await accounts.mailedToken(userId, 'password-reset')
    expect((await reset(token, 'short')).body.code).toBe('password-too-short')
    expect((await reset(token, 'Rosalind Franklin')).body.code).toBe('password-too-common')
    expect((await reset(token)).status).toBe(204)
  })

  it('confirms the address too, because the link came by mail', async () => {
    const { email, userId } = await accounts.newcomer()
    expect((await reset(await accounts.mailedToken(userId, 'password-reset'))).status).toBe(204)
    expect(await enter(email, NEW)).toBe(201)
  })

  it('has links on the configured origin, whatever Host the request claims', async () => {
    const { userId } = await accounts.person()
    const token = await accounts.serviceToken('notifications')
    const answer = await accounts.call(
      'POST',
      '/v1/internal/email-links',
      { userId, purpose: 'password-reset' },
      {
        token,
        headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
      },
    )
    expect(answer.body.url).toMatch(/^https:\/\/tickets\.example\/fr\/reset-password\?token=[\w-]{43}$/)
  })

  it('refuses bodies that are none, and counts the guesses of a sender', async () => {
    for (const body of [
      {},
      { token: 'x' },
      { token: 1, password: NEW },
      { token: 'x', password: NEW, userId: 'usr_1' },
    ]) {
      expect((await accounts.call('POST', '/v1/password-resets', body)).status).toBe(400)
    }
    expect(
      (await accounts.call('POST', '/v1/password-reset-requests', { email: newEmail(), host: 'evil' })).status,
    ).toBe(400)
    const from = { ip: '203.0.113.200' }
    const statuses = new Set<number>()
    for (let count = 0; count < 61; count++) {
      const guess = { token: `guess ${count}`, password: NEW }
      statuses.add((await accounts.call('POST', '/v1/password-resets', guess, from)).status)
    }
    // Ten may hash or wait at once, one after another all may: the last one is over the limit.
    expect([...statuses].toSorted()).toEqual([400, 429])
  })
})
