import { newUserId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccountsFixture, accountsFixture, comparable, newEmail, PASSWORD } from './fixture.ts'

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

const PATH = '/v1/users/me/email-change'
const DAY = 24 * 3_600

const ask = (token: string | undefined, email: string, password = PASSWORD) =>
  accounts.call('PUT', PATH, { email, password }, { token })
const pending = (token: string | undefined) => accounts.call('GET', PATH, undefined, { token })
const withdraw = (token: string | undefined) => accounts.call('DELETE', PATH, undefined, { token })
const confirm = (token: string | undefined, secret: string) =>
  accounts.call('POST', `${PATH}/confirmation`, { token: secret }, { token })
const addressOf = async (token: string) =>
  (await accounts.call('GET', '/v1/users/me', undefined, { token })).body?.email
const signInStatus = async (email: string) =>
  (await accounts.call('POST', '/v1/sessions', { email, password: PASSWORD })).status

describe('requestEmailChange', () => {
  it('S-25: needs the password, and changes nothing by itself', async () => {
    const { email, token } = await accounts.person()
    const wanted = newEmail()
    expect((await ask(undefined, wanted)).status).toBe(401)
    expect((await ask(token, wanted, 'wrong wrong wrong')).body.code).toBe('password-wrong')
    expect((await accounts.call('PUT', PATH, { email: wanted }, { token })).status).toBe(400)
    expect(
      (await accounts.call('PUT', PATH, { email: wanted, password: PASSWORD, userId: 'x' }, { token })).status,
    ).toBe(400)
    expect((await ask(token, 'no address')).body.code).toBe('email-invalid')
    expect((await ask(token, email.toUpperCase())).body.code).toBe('email-unchanged')
    expect((await pending(token)).status).toBe(404)

    const answer = await ask(token, wanted)
    expect(answer).toMatchObject({ status: 202, body: { email: wanted } })
    expect((await pending(token)).body).toEqual(answer.body)
    expect(await addressOf(token)).toBe(email)
    expect([await signInStatus(email), await signInStatus(wanted)]).toEqual([201, 401])
  })

  it('S-23: does not tell whether the address has an account: only the mail to it differs', async () => {
    const taken = await accounts.person('Grace Hopper')
    await accounts.call('PATCH', '/v1/users/me', { locale: 'en' }, { token: taken.token, ifMatch: '"v2"' })
    const [one, other] = [await accounts.person(), await accounts.person()]
    const answers = [await ask(one.token, taken.email), await ask(other.token, newEmail())]
    const [known, unknown] = answers.map((answer) =>
      comparable({ ...answer, body: Object.keys(answer.body), headers: { ...answer.headers, 'content-length': '' } }),
    )
    expect(known).toEqual(unknown)
    expect((await pending(one.token)).status).toBe(200)
    const mail = await accounts.mailOfChange(one.userId, 'email-change')
    // In the language of who reads it, which is not that of who asked.
    expect(mail).toMatchObject({ email: taken.email, name: '', locale: 'en', taken: true, expiresAt: null })
    expect(mail.url).toBe('https://tickets.example/en/sign-in')
    expect(await accounts.mailOfChange(other.userId, 'email-change')).not.toHaveProperty('taken')
  })

  it('is bounded for an account, whatever the address and wherever from', async () => {
    const { token } = await accounts.person()
    for (let count = 0; count < 5; count++) expect((await ask(token, newEmail())).status).toBe(202)
    const refused = await ask(token, newEmail())
    expect(refused.status).toBe(429)
    expect(refused.headers['retry-after']).toBeDefined()
  })

  it('is not for the administrator, who signs in by a link to no address', async () => {
    const admin = (await accounts.administrator()).accessTokens.accounts
    expect((await ask(admin, newEmail())).body.code).toBe('email-fixed')
  })
})

describe('confirmEmailChange', () => {
  it('puts the address in force, once, and keeps the session', async () => {
    const { email, userId, token } = await accounts.person()
    const wanted = newEmail()
    await ask(token, wanted)
    const link = await accounts.changeLink(userId, 'email-change')
    expect(link.pathname).toBe('/fr/account/confirm-address')
    const secret = link.searchParams.get('token') ?? ''
    expect((await confirm(token, secret)).body).toEqual({ email: wanted })
    expect(await addressOf(token)).toBe(wanted)
    expect((await confirm(token, secret)).body.code).toBe('link-invalid')
    expect((await pending(token)).status).toBe(404)
    expect([await signInStatus(email), await signInStatus(wanted)]).toEqual([401, 201])
    const asked = await accounts.auditOf('user.email-change-requested')
    const changed = await accounts.auditOf('user.email-changed')
    expect([asked.at(-1)?.target, changed.at(-1)?.target]).toEqual([userId, userId])
    expect(JSON.stringify([...asked, ...changed])).not.toMatch(/@/)
    expect(JSON.stringify(await accounts.messages('accounts.email-changed.v1'))).not.toMatch(/@/)
  })

  it('takes both, the mailbox and a session of the same account: a mistyped address gives nobody the account', async () => {
    const { email, userId, token } = await accounts.person()
    const stranger = await accounts.person()
    await ask(token, newEmail())
    const secret = await accounts.changeToken(userId, 'email-change')
    expect((await confirm(undefined, secret)).status).toBe(401)
    expect((await confirm(stranger.token, secret)).body.code).toBe('link-invalid')
    expect((await confirm(token, 'a guess')).body.code).toBe('link-invalid')
    expect((await accounts.call('POST', '/v1/email-confirmations', { token: secret })).status).toBe(400)
    expect(await addressOf(token)).toBe(email)
    expect((await confirm(token, secret)).status).toBe(200)
  })

  it('honours only the newest wish and the newest link, for a day, and none that was withdrawn', async () => {
    const { email, userId, token } = await accounts.person()
    await ask(token, newEmail())
    const first = await accounts.changeToken(userId, 'email-change')
    const again = await accounts.changeToken(userId, 'email-change')
    expect((await confirm(token, first)).status).toBe(400)
    const wanted = newEmail()
    await ask(token, wanted)
    expect((await confirm(token, again)).status).toBe(400)
    const newest = await accounts.changeToken(userId, 'email-change')
    expect([(await withdraw(token)).status, (await withdraw(token)).status]).toEqual([204, 204])
    expect((await confirm(token, newest)).status).toBe(400)
    expect(await accounts.auditOf('user.email-change-withdrawn')).toHaveLength(1)
    await ask(token, wanted)
    const late = await accounts.changeToken(userId, 'email-change')
    accounts.clock.advance(DAY)
    const { accessTokens } = await accounts.signIn(email)
    expect((await confirm(accessTokens.accounts, late)).status).toBe(400)
    expect((await pending(accessTokens.accounts)).status).toBe(404)
  })

  it('is refused when another account has shown to read that mail meanwhile, and takes over one that never has', async () => {
    const { userId, token } = await accounts.person()
    const wanted = newEmail()
    await ask(token, wanted)
    const secret = await accounts.changeToken(userId, 'email-change')
    const squatter = await accounts.newcomer(wanted)
    expect((await accounts.mailOfChange(userId, 'email-change')).taken).toBeUndefined()
    const fresh = await accounts.changeToken(userId, 'email-change')
    expect((await confirm(token, secret)).status).toBe(400)
    expect((await confirm(token, fresh)).status).toBe(200)
    expect(await accounts.userIdOf(wanted)).toBe(userId)
    expect(await signInStatus(wanted)).toBe(201)
    expect(squatter.userId).not.toBe(userId)

    const rival = await accounts.person()
    const contested = newEmail()
    await ask(token, contested)
    const ours = await accounts.changeToken(userId, 'email-change')
    await ask(rival.token, contested)
    expect((await confirm(rival.token, await accounts.changeToken(rival.userId, 'email-change'))).status).toBe(200)
    expect((await confirm(token, ours)).body.code).toBe('email-taken')
    expect(await addressOf(token)).toBe(wanted)
  })

  it('S-24: kills the reset link that went to the former mailbox', async () => {
    const { userId, token } = await accounts.person()
    await ask(token, newEmail())
    const secret = await accounts.changeToken(userId, 'email-change')
    const reset = await accounts.mailedToken(userId, 'password-reset')
    await confirm(token, secret)
    expect((await accounts.call('POST', '/v1/password-resets', { token: reset, password: PASSWORD })).status).toBe(400)
  })

  it('dies with the password that asked for it', async () => {
    const { email, userId, token } = await accounts.person()
    await ask(token, newEmail())
    const secret = await accounts.changeToken(userId, 'email-change')
    const change = { currentPassword: PASSWORD, newPassword: 'acht kleine blaue Hasen' }
    await accounts.call('PUT', '/v1/users/me/password', change, { token })
    const session = await accounts.signIn(email, 'acht kleine blaue Hasen')
    expect((await confirm(session.accessTokens.accounts, secret)).status).toBe(400)
  })

  it('refuses bodies that are none', async () => {
    const { token } = await accounts.person()
    for (const body of [{}, { token: 1 }, { token: 'x', email: 'a@b.fr' }]) {
      expect((await accounts.call('POST', `${PATH}/confirmation`, body, { token })).status).toBe(400)
    }
  })
})

describe('mintEmailLink, for a change', () => {
  it('makes links for the change that stands, and none for another’s', async () => {
    const { userId, token } = await accounts.person()
    await ask(token, newEmail())
    const { changeId } = await accounts.lastChange('accounts.email-change-requested.v1', userId)
    const service = await accounts.serviceToken('notifications')
    const mint = (body: object) => accounts.call('POST', '/v1/internal/email-links', body, { token: service })
    for (const body of [
      { userId: newUserId(), purpose: 'email-change', changeId },
      { userId: (await accounts.person()).userId, purpose: 'email-change', changeId },
      { userId, purpose: 'email-changed', changeId },
      { userId, purpose: 'email-change' },
      { userId, purpose: 'email-change', changeId: 'ech_x' },
    ]) {
      expect((await mint(body)).status).toBe(404)
    }
    expect((await mint({ userId, purpose: 'email-change', changeId })).status).toBe(201)
    await withdraw(token)
    expect((await mint({ userId, purpose: 'email-change', changeId })).status).toBe(404)
  })
})
