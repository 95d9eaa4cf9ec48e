import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccountsFixture, accountsFixture, PASSWORD } from './fixture.ts'

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

const me = (token?: string) => accounts.call('GET', '/v1/users/me', undefined, { token })
const patch = (token: string, body: object, ifMatch?: string) =>
  accounts.call('PATCH', '/v1/users/me', body, { token, ...(ifMatch ? { ifMatch } : {}) })

describe('getProfile', () => {
  it('shows the caller to himself, with his roles', async () => {
    const owner = await accounts.person('Zoë 李')
    const organizerId = await accounts.organizerOf(owner, 'Le Trianon')
    const answer = await me(owner.token)
    expect(answer.status).toBe(200)
    expect(answer.headers.etag).toBe(`"v${answer.body.version}"`)
    expect(answer.body).toEqual({
      id: owner.userId,
      email: owner.email,
      name: 'Zoë 李',
      locale: 'fr',
      admin: false,
      emailConfirmed: true,
      version: 2,
      memberships: [{ organizerId, organizerName: 'Le Trianon', role: 'owner' }],
    })
    expect((await me()).status).toBe(401)
    expect((await me(await accounts.serviceToken('tickets'))).status).toBe(403)
  })
})

describe('updateProfile', () => {
  it('changes name and language of the version that was read', async () => {
    const { token } = await accounts.person()
    const changed = await patch(token, { name: ' Grace Hopper ', locale: 'en' }, '"v2"')
    expect(changed).toMatchObject({ status: 200, body: { name: 'Grace Hopper', locale: 'en', version: 3 } })
    expect(changed.headers.etag).toBe('"v3"')
    expect((await patch(token, { name: 'Late' }, '"v2"')).status).toBe(412)
    expect((await patch(token, { name: 'Blind' })).status).toBe(428)
    expect((await me(token)).body.name).toBe('Grace Hopper')
  })

  it('S-33: changes nothing else', async () => {
    const { token } = await accounts.person()
    const before = (await me(token)).body
    for (const field of [
      'admin',
      'email',
      'emailConfirmed',
      'id',
      'version',
      'memberships',
      'passwordHash',
      'password',
      'role',
    ]) {
      expect((await patch(token, { name: 'Eve', [field]: true }, '"v2"')).status).toBe(400)
    }
    for (const body of [
      {},
      { name: '' },
      { name: ' ' },
      { locale: 'xx' },
      { name: 'x'.repeat(201) },
      { name: 'a\u0000b' },
    ]) {
      expect((await patch(token, body, '"v2"')).status).toBe(400)
    }
    expect((await me(token)).body).toEqual(before)
    expect((await accounts.call('PATCH', '/v1/users/me', { name: 'x' }, { ifMatch: '*' })).status).toBe(401)
  })
})

describe('deleteProfile', () => {
  const erase = (token: string | undefined, body: object = { password: PASSWORD }) =>
    accounts.call('DELETE', '/v1/users/me', body, { token })

  it('S-39: empties the account, ends its sessions, tells the others, and frees the address', async () => {
    const owner = await accounts.person()
    const organizerId = await accounts.organizerOf(owner)
    const member = await accounts.memberOf(owner, organizerId, 'finance')
    const link = await accounts.mailedToken(member.userId, 'password-reset')
    expect((await erase(member.token)).status).toBe(204)
    expect((await me(member.token)).status).toBe(401)
    expect(
      (await accounts.call('POST', '/v1/sessions/refresh', { refreshToken: member.session.refreshToken })).status,
    ).toBe(401)
    expect((await accounts.call('POST', '/v1/sessions', { email: member.email, password: PASSWORD })).status).toBe(401)
    expect((await accounts.call('POST', '/v1/password-resets', { token: link, password: PASSWORD })).status).toBe(400)
    expect(await accounts.messages('accounts.user-erased.v1')).toEqual([{ userId: member.userId }])
    expect((await accounts.messages('accounts.sessions-revoked.v1')).at(-1).userId).toBe(member.userId)
    const members = await accounts.call('GET', `/v1/organizers/${organizerId}/members`, undefined, {
      token: owner.token,
    })
    expect(members.body.items.map((item: { userId: string }) => item.userId)).toEqual([owner.userId])
    expect((await accounts.auditOf('user.erased')).at(-1)).toMatchObject({
      actor: member.userId,
      target: member.userId,
    })
    const rows = JSON.stringify([
      await accounts.db.selectFrom('user_account').selectAll().where('erased_at', 'is not', null).execute(),
      await accounts.db.selectFrom('audit_entry').selectAll().execute(),
    ])
    expect(rows).not.toContain(member.email)
    expect(rows).not.toContain('argon2id')
    const anew = await accounts.newcomer(member.email)
    expect(anew.userId).not.toBe(member.userId)
  })

  it('is refused to the last owner of an organizer, by name, and changes nothing', async () => {
    const owner = await accounts.person()
    const organizerId = await accounts.organizerOf(owner, 'Le Trianon')
    expect(await erase(owner.token)).toMatchObject({
      status: 409,
      body: { code: 'last-owner', organizerId, title: 'Le Trianon would have no owner left.' },
    })
    expect((await me(owner.token)).body.memberships).toHaveLength(1)
    await accounts.memberOf(owner, organizerId, 'owner')
    expect((await erase(owner.token)).status).toBe(204)
  })

  it('needs the password', async () => {
    const { token } = await accounts.person()
    expect((await erase(undefined)).status).toBe(401)
    expect((await erase(token, { password: 'wrong wrong wrong' })).body.code).toBe('password-wrong')
    expect((await erase(token, {})).status).toBe(400)
    expect((await erase(token, { password: PASSWORD, userId: 'usr_other' })).status).toBe(400)
    expect((await me(token)).status).toBe(200)
  })
})
