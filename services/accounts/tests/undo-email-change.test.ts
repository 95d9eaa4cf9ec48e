import { parseId } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { purgeExpired } from '../src/jobs/purge-expired.ts'
import { type AccountsFixture, accountsFixture, newEmail, PASSWORD } from './fixture.ts'

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

const NEW = 'acht kleine blaue Hasen'
const WEEK = 7 * 24 * 3_600
const undo = (token: string, password = NEW) => accounts.call('POST', '/v1/email-change-undos', { token, password })
const enter = async (email: string, password: string) =>
  (await accounts.call('POST', '/v1/sessions', { email, password })).status
const refresh = async (refreshToken: string) =>
  (await accounts.call('POST', '/v1/sessions/refresh', { refreshToken })).status

describe('undoEmailChange', () => {
  it('S-25: gives the former address back, with a new password and the end of every session', async () => {
    const person = await accounts.person()
    const thief = await accounts.signIn(person.email)
    const stolen = await accounts.moveTo(person, newEmail())
    const link = await accounts.changeLink(person.userId, 'email-changed')
    expect(link.pathname).toBe('/fr/undo-address')
    const mail = await accounts.mailOfChange(person.userId, 'email-changed')
    expect(mail.email).toBe(person.email)
    expect((await undo(link.searchParams.get('token') ?? '')).body.code).toBe('link-invalid')
    const secret = new URL(mail.url).searchParams.get('token') ?? ''
    expect(await undo(secret)).toMatchObject({ status: 200, body: { email: person.email } })
    expect((await undo(secret)).body.code).toBe('link-invalid')
    expect([await enter(stolen, PASSWORD), await enter(stolen, NEW)]).toEqual([401, 401])
    expect([await enter(person.email, PASSWORD), await enter(person.email, NEW)]).toEqual([401, 201])
    expect([await refresh(thief.refreshToken), await refresh(person.session.refreshToken)]).toEqual([401, 401])
    expect((await accounts.call('GET', '/v1/users/me', undefined, { token: person.token })).status).toBe(401)
    expect((await accounts.auditOf('user.email-change-undone')).at(-1)?.target).toBe(person.userId)
    expect((await accounts.messages('accounts.password-changed.v1')).at(-1)).toMatchObject({ how: 'reset' })
  })

  it('works for a week, and no mail is made with it after that', async () => {
    const person = await accounts.person()
    await accounts.moveTo(person, newEmail())
    const secret = await accounts.changeToken(person.userId, 'email-changed')
    accounts.clock.advance(WEEK)
    expect((await undo(secret)).body.code).toBe('link-invalid')
    await expect(accounts.mailOfChange(person.userId, 'email-changed')).rejects.toThrow('404')
    await purgeExpired(accounts.context)
    const left = await accounts.db.selectFrom('email_change').select('id').where('ends_at', '<', accounts.clock.now())
    expect(await left.execute()).toEqual([])
  })

  it('outlives what a thief does next: another change, another password, a reset by the new mailbox', async () => {
    const person = await accounts.person()
    await accounts.moveTo(person, newEmail())
    const owner = await accounts.changeToken(person.userId, 'email-changed')
    await accounts.moveTo(person, newEmail())
    const thief = await accounts.changeToken(person.userId, 'email-changed')
    const reset = await accounts.mailedToken(person.userId, 'password-reset')
    const chosen = { token: reset, password: 'neun grosse rote Hasen' }
    expect((await accounts.call('POST', '/v1/password-resets', chosen)).status).toBe(204)
    expect((await undo(owner)).body).toEqual({ email: person.email })
    expect((await undo(thief)).body.code).toBe('link-invalid')
    expect(await enter(person.email, NEW)).toBe(201)
  })

  it('leaves an earlier change that can still be undone to who read that address', async () => {
    const person = await accounts.person()
    const second = await accounts.moveTo(person, newEmail())
    const first = await accounts.changeToken(person.userId, 'email-changed')
    accounts.clock.advance(60)
    await accounts.moveTo(person, newEmail())
    expect((await undo(await accounts.changeToken(person.userId, 'email-changed'))).body).toEqual({ email: second })
    expect((await undo(first)).body).toEqual({ email: person.email })
  })

  it('leaves a thief no link when the owner changes the address back by himself, and then the password', async () => {
    const person = await accounts.person()
    const stolen = await accounts.moveTo(person, newEmail())
    const owners = await accounts.changeToken(person.userId, 'email-changed')
    accounts.clock.advance(60)
    await accounts.moveTo(person, newEmail())
    accounts.clock.advance(60)
    await accounts.moveTo(person, person.email)
    const change = { currentPassword: PASSWORD, newPassword: NEW }
    expect((await accounts.call('PUT', '/v1/users/me/password', change, { token: person.token })).status).toBe(204)
    // The two of the thief; the way back is told to nobody, and nothing is left that could be undone.
    const told = await accounts.messages('accounts.email-changed.v1')
    expect(told.filter(({ userId }) => userId === person.userId)).toHaveLength(2)
    await expect(accounts.mailOfChange(person.userId, 'email-changed')).rejects.toThrow('404')
    expect((await undo(owners)).body.code).toBe('link-invalid')
    expect([await enter(stolen, NEW), await enter(person.email, NEW)]).toEqual([401, 201])
    const user = parseId('usr', person.userId) ?? ''
    const left = accounts.db.selectFrom('email_change').select('id').where('user_id', '=', user)
    expect(await left.execute()).toEqual([])
  })

  it('is left to the owner when a thief changes the address back to an earlier one of his own', async () => {
    const person = await accounts.person()
    const stolen = await accounts.moveTo(person, newEmail())
    const owners = await accounts.changeToken(person.userId, 'email-changed')
    accounts.clock.advance(60)
    await accounts.moveTo(person, newEmail())
    accounts.clock.advance(60)
    await accounts.moveTo(person, stolen)
    expect((await undo(owners)).body).toEqual({ email: person.email })
  })

  it('goes to the address left again once the time to undo is over: then it is a change like any other', async () => {
    const person = await accounts.person()
    const second = await accounts.moveTo(person, newEmail())
    accounts.clock.advance(WEEK)
    const { accessTokens } = await accounts.signIn(second)
    await accounts.moveTo({ ...person, token: accessTokens.accounts }, person.email)
    expect(await accounts.mailOfChange(person.userId, 'email-changed')).toMatchObject({ email: second })
  })

  it('a refused new password leaves the link good for a better one', async () => {
    const person = await accounts.person('Rosalind Franklin')
    await accounts.moveTo(person, newEmail())
    const secret = await accounts.changeToken(person.userId, 'email-changed')
    expect((await undo(secret, 'short')).body.code).toBe('password-too-short')
    expect((await undo(secret, 'Rosalind Franklin')).body.code).toBe('password-too-common')
    expect((await undo(secret)).status).toBe(200)
  })

  it('is refused when another account has shown to read the former address since', async () => {
    const person = await accounts.person()
    const { email } = person
    await accounts.moveTo(person, newEmail())
    const secret = await accounts.changeToken(person.userId, 'email-changed')
    const other = await accounts.newcomer(email)
    const link = await accounts.mailedToken(other.userId, 'email-confirmation')
    await accounts.call('POST', '/v1/email-confirmations', { token: link })
    expect((await undo(secret)).body.code).toBe('email-taken')
    expect(await enter(email, PASSWORD)).toBe(201)
  })

  it('refuses bodies that are none, and counts the guesses of a sender', async () => {
    for (const body of [
      {},
      { token: 'x' },
      { token: 1, password: NEW },
      { token: 'x', password: NEW, email: 'a@b.fr' },
    ]) {
      expect((await accounts.call('POST', '/v1/email-change-undos', body)).status).toBe(400)
    }
    const from = { ip: '203.0.113.201' }
    let last = 0
    for (let count = 0; count < 61; count++) {
      const guess = { token: `guess ${count}`, password: NEW }
      last = (await accounts.call('POST', '/v1/email-change-undos', guess, from)).status
    }
    expect(last).toBe(429)
  })
})
