import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccountsFixture, accountsFixture, newEmail, PASSWORD } from './fixture.ts'

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

const signUp = (body: object) =>
  accounts.call('POST', '/v1/users', { email: newEmail(), password: PASSWORD, name: 'Ada', ...body })
const confirm = (token: string) => accounts.call('POST', '/v1/email-confirmations', { token })
const mailsTo = async (userId: string) =>
  (await accounts.messages('accounts.email-link-requested.v1')).filter((data) => data.userId === userId)

describe('signUp', () => {
  it('makes an account that can sign in once its address is confirmed, and asks for one mail', async () => {
    const email = newEmail()
    expect((await signUp({ email, name: '  Zoë 李  ', locale: 'fr' })).status).toBe(202)
    await accounts.answerAll()
    const userId = await accounts.userIdOf(email)
    expect(await mailsTo(userId)).toEqual([{ userId, purpose: 'email-confirmation', locale: 'fr' }])

    const early = await accounts.call('POST', '/v1/sessions', { email, password: PASSWORD })
    expect(early).toMatchObject({ status: 403, body: { code: 'email-unconfirmed' } })
    const token = await accounts.mailedToken(userId, 'email-confirmation')
    expect(await confirm(token)).toMatchObject({ status: 200, body: { email } })
    expect((await accounts.signIn(email)).user).toMatchObject({
      id: userId,
      name: 'Zoë 李',
      locale: 'fr',
      admin: false,
      emailConfirmed: true,
      memberships: [],
    })
    expect((await accounts.auditOf('user.email-confirmed')).map((entry) => entry.target)).toContain(userId)
  })

  it('of a confirmed address changes nothing, and tells its owner by mail', async () => {
    const { email, userId } = await accounts.person()
    expect((await signUp({ email: email.toUpperCase(), password: 'another long password', name: 'Eve' })).status).toBe(
      202,
    )
    await accounts.answerAll()
    expect((await mailsTo(userId)).map((mail) => mail.purpose)).toEqual(['email-confirmation', 'sign-up-repeated'])
    expect((await accounts.signIn(email)).user.name).toBe('Ada Lovelace')
    expect((await accounts.mailedLink(userId, 'sign-up-repeated')).pathname).toBe('/fr/sign-in')
  })

  it('of an address that another sign-up waits for: neither password counts, the owner chooses one by mail', async () => {
    const { email, userId } = await accounts.newcomer()
    const first = await accounts.mailedToken(userId, 'email-confirmation')
    const second = 'a password of the second one'
    await signUp({ email, password: second, name: 'Second' })
    await accounts.answerAll()
    expect((await mailsTo(userId)).map((mail) => mail.purpose)).toEqual(['email-confirmation', 'password-reset'])
    expect((await confirm(first)).body.code).toBe('link-invalid')
    // Even a confirmation that was still on its way: whoever clicks it confirms nobody else's password.
    expect((await confirm(await accounts.mailedToken(userId, 'email-confirmation'))).status).toBe(200)
    for (const password of [PASSWORD, second]) {
      const refused = await accounts.call('POST', '/v1/sessions', { email, password })
      expect(refused.body.code).toBe('credentials-invalid')
    }
    const token = await accounts.mailedToken(userId, 'password-reset')
    const chosen = 'what the owner chose at last'
    expect((await accounts.call('POST', '/v1/password-resets', { token, password: chosen })).status).toBe(204)
    expect((await accounts.signIn(email, chosen)).user).toMatchObject({ name: 'Second', emailConfirmed: true })
  })

  it('sent twice, by a double click or a reload, is one sign-up, and its password counts', async () => {
    const body = { email: newEmail(), password: 'once and only once more' }
    await Promise.all([signUp(body), signUp({ ...body, email: body.email.toUpperCase() })])
    await accounts.answerAll()
    const userId = await accounts.userIdOf(body.email)
    expect((await mailsTo(userId)).map((mail) => mail.purpose)).toEqual(['email-confirmation', 'email-confirmation'])
    expect((await confirm(await accounts.mailedToken(userId, 'email-confirmation'))).status).toBe(200)
    expect((await accounts.signIn(body.email, body.password)).user.emailConfirmed).toBe(true)
  })

  it('knows an address however its domain is written, and no other by letters that only look alike', async () => {
    const name = newEmail().split('@')[0]
    for (const email of [
      `${name}@exämple.fr`,
      `${name}@EXÄMPLE.fr`,
      `${name}@xn--exmple-cua.fr`,
      `${name}@ｅxämple.fr`,
    ]) {
      expect((await signUp({ email })).status).toBe(202)
    }
    // Cyrillic е.
    expect((await signUp({ email: `${name}@\u0435xämple.fr` })).status).toBe(202)
    await accounts.answerAll()
    const rows = await accounts.db
      .selectFrom('user_account')
      .select('email')
      .where('email', 'like', `${name}@%`)
      .execute()
    expect(rows).toHaveLength(2)
  })

  it('S-20: counts a password in characters, keeps its spaces, and refuses what is guessed first', async () => {
    const codes = new Map([
      ['x7!kQp2mZr9#Lw', 'password-too-short'],
      ['🎟️🦊🐙🌈🍀🎈', 'password-too-short'],
      ['Password123456789', 'password-too-common'],
      ['guichet guichet guichet', 'password-too-common'],
      ['aaaaaaaaaaaaaaaaaaaa', 'password-too-common'],
      ['abcdefghijklmnopqrst', 'password-too-common'],
      ['987654321098765', 'password-too-common'],
      ['Motdepasse2026!!', 'password-too-common'],
      ['ada.lovelace1815', 'password-too-common'],
      ['y'.repeat(64) + 'abcxyz'.repeat(11), 'password-too-long'],
    ])
    for (const [password, code] of codes) {
      const answer = await signUp({ password, email: 'ada.lovelace@example.com', name: 'Ada Lovelace' })
      expect([password, answer.status, answer.body.code]).toEqual([password, 422, code])
    }
    const good = ['x7!kQp2mZr9#Lwt', 'sept gros lapins', '🦊🐙🌈🍀🎈🍕🚲🎻🧭🪁🛶🧩🥁🌵🦉', `${'kzü'.repeat(21)}Q7!`]
    for (const password of [...good, `${'wörd '.repeat(25)}Q7!`])
      expect([password, (await signUp({ password })).status]).toEqual([password, 202])
    expect((await signUp({ password: 'k'.repeat(1_025) })).status).toBe(400)
    expect((await signUp({ password: 'k'.repeat(10_000_000) })).status).toBe(413)
  })

  it('S-20: takes a leading space for a part of the password, and composed letters for the same as decomposed', async () => {
    const email = newEmail()
    await signUp({ email, password: ' déjà vu déjà vu' })
    await accounts.answerAll()
    const userId = await accounts.userIdOf(email)
    await confirm(await accounts.mailedToken(userId, 'email-confirmation'))
    const enter = async (password: string) => (await accounts.call('POST', '/v1/sessions', { email, password })).status
    expect(await enter('déjà vu déjà vu')).toBe(401)
    expect(await enter(' déjà vu déjà vu'.normalize('NFD'))).toBe(201)
  })

  it('refuses what is no address, and takes those of every script', async () => {
    for (const email of [
      'a',
      'a@b',
      'a@b.c d',
      '@b.fr',
      'a@',
      'a b@c.fr',
      'a..b@c.fr',
      '.a@c.fr',
      'a@-c.fr',
      'a@1.2.3.4',
      'a@c.fr\r\nBcc: d@e.fr',
      '"a"@c.fr',
      `${'a'.repeat(65)}@c.fr`,
      'admin@localhost',
    ]) {
      expect([email, (await signUp({ email })).body.code]).toEqual([email, 'email-invalid'])
    }
    for (const email of ['a+b@c.fr', "o'neil@c.museum", 'zoë@exämple.fr', '用户@例子.广告', `${newEmail()} `]) {
      expect([email, (await signUp({ email })).status]).toEqual([email, 202])
    }
  })

  it('S-33: refuses every field that it does not know', async () => {
    for (const field of [
      'role',
      'roles',
      'permissions',
      'admin',
      'isAdmin',
      'emailConfirmed',
      'id',
      'createdAt',
      'memberships',
    ]) {
      const answer = await signUp({ [field]: true })
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: `/${field}` }] } })
    }
    const raw = `{"email":"${newEmail()}","password":"${PASSWORD}","name":"x","__proto__":{"admin":true}}`
    const polluted = await accounts.call('POST', '/v1/users', raw, { headers: { 'content-type': 'application/json' } })
    expect(polluted.status).toBe(400)
    for (const body of [{ name: '' }, { name: '   ' }, { locale: 'de' }, { email: 1 }, { password: null }]) {
      expect((await signUp(body)).status).toBe(400)
    }
  })

  it('sends no more than five mails to one address for one sender', async () => {
    const body = { email: newEmail(), password: PASSWORD, name: 'Ada' }
    const from = { ip: '198.51.100.7' }
    for (let count = 0; count < 5; count++)
      expect((await accounts.call('POST', '/v1/users', body, from)).status).toBe(202)
    const refused = await accounts.call('POST', '/v1/users', body, from)
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate-limited' } })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(refused.headers.ratelimit).toMatch(/^"mail";r=0;t=\d+$/)
    expect((await accounts.call('POST', '/v1/users', body)).status).toBe(202)
  })
})

describe('requestEmailConfirmation', () => {
  const request = (email: unknown) => accounts.call('POST', '/v1/email-confirmation-requests', { email })

  it('mails another link to an address that waits for one, and to no other', async () => {
    const waiting = await accounts.newcomer()
    const confirmed = await accounts.person()
    for (const email of [waiting.email, confirmed.email, newEmail()]) expect((await request(email)).status).toBe(202)
    await accounts.answerAll()
    expect(await mailsTo(waiting.userId)).toHaveLength(2)
    expect(await mailsTo(confirmed.userId)).toHaveLength(1)
    await signUp({ email: waiting.email, password: 'another long password' })
    expect((await request(waiting.email)).status).toBe(202)
    await accounts.answerAll()
    const purposes = (await mailsTo(waiting.userId)).map((mail) => mail.purpose)
    expect(purposes.slice(2), 'no password counts any more, so one must be chosen').toEqual([
      'password-reset',
      'password-reset',
    ])
  })

  it('refuses what is no address', async () => {
    expect((await request('nobody')).status).toBe(422)
    expect((await request(7)).status).toBe(400)
    expect((await request({ $ne: null })).status).toBe(400)
  })
})

describe('confirmEmail', () => {
  it('works once, within a day, and only for what it was made for', async () => {
    const { userId } = await accounts.newcomer()
    const reset = await accounts.mailedToken(userId, 'password-reset')
    expect((await confirm(reset)).body.code).toBe('link-invalid')
    const old = await accounts.mailedToken(userId, 'email-confirmation')
    accounts.clock.advance(24 * 3_600)
    expect((await confirm(old)).body.code).toBe('link-invalid')
    const fresh = await accounts.mailedToken(userId, 'email-confirmation')
    expect((await confirm(fresh)).status).toBe(200)
    expect((await confirm(fresh)).body.code).toBe('link-invalid')
    expect((await confirm('A'.repeat(43))).body.code).toBe('link-invalid')
    expect((await accounts.call('POST', '/v1/email-confirmations', { token: fresh, userId })).status).toBe(400)
  })

  it('keeps no secret in the database and in the outbox', async () => {
    const { userId } = await accounts.newcomer()
    const token = await accounts.mailedToken(userId, 'email-confirmation')
    const links = await accounts.db.selectFrom('one_time_link').selectAll().execute()
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    expect(links.every((link) => link.token_hash.length === 32)).toBe(true)
    expect(JSON.stringify([links, await accounts.messages('accounts.email-link-requested.v1')])).not.toContain(token)
  })
})
