import { newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccountsFixture, accountsFixture, comparable } from './fixture.ts'

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

const ROLES = ['manager', 'finance', 'support', 'door', 'viewer'] as const
const create = (token: string | undefined, body: object) => accounts.call('POST', '/v1/organizers', body, { token })
const read = (id: string, token?: string, headers = {}) =>
  accounts.call('GET', `/v1/organizers/${id}`, undefined, { token, headers })
const patch = (id: string, token: string | undefined, body: object, ifMatch = '*') =>
  accounts.call('PATCH', `/v1/organizers/${id}`, body, { token, ifMatch })

describe('createOrganizer', () => {
  it('makes the caller its owner, tells the others, and makes his old token stale', async () => {
    const owner = await accounts.person()
    const answer = await create(owner.token, { name: ' Théâtre du Coin ', contactEmail: 'Info@Coin.FR' })
    expect(answer).toMatchObject({
      status: 201,
      body: { name: 'Théâtre du Coin', contactEmail: 'Info@coin.fr', version: 1 },
    })
    const organizerId = answer.body.id
    expect(answer.headers.location).toBe(`/v1/organizers/${organizerId}`)
    const [message] = (await accounts.messages('accounts.membership-changed.v1')).slice(-1)
    expect(message).toMatchObject({ userId: owner.userId, organizerId, role: 'owner' })
    expect((await accounts.call('GET', '/v1/users/me', undefined, { token: owner.token })).status).toBe(401)
    const refreshed = await accounts.call('POST', '/v1/sessions/refresh', { refreshToken: owner.session.refreshToken })
    expect(refreshed.body.user.memberships).toEqual([{ organizerId, organizerName: 'Théâtre du Coin', role: 'owner' }])
    const claims = JSON.parse(Buffer.from(refreshed.body.accessTokens.events.split('.')[1], 'base64url').toString())
    expect(claims.memberships).toEqual({ [organizerId]: 'owner' })
    expect(new Date(message.changedAt).getTime() / 1_000).toBeLessThanOrEqual(claims.iat)
  })

  it('refuses the nameless, the unknown field, and strangers', async () => {
    const { token } = await accounts.person()
    expect((await create(undefined, { name: 'x' })).status).toBe(401)
    expect((await create(await accounts.serviceToken('events'), { name: 'x' })).status).toBe(403)
    expect((await create(token, { name: 'x', contactEmail: 'nobody' })).status).toBe(422)
    for (const body of [
      {},
      { name: '' },
      { name: '  ' },
      { name: 'x', id: 'org_1' },
      { name: 'x', ownerId: 'usr_1' },
      { name: 1 },
    ]) {
      expect((await create(token, body)).status).toBe(400)
    }
  })
})

describe('getOrganizer', () => {
  it('tells anyone the name, and members the rest', async () => {
    const owner = await accounts.person()
    const id = await accounts.organizerOf(owner, 'Le Trianon')
    const stranger = await accounts.person()
    for (const answer of [await read(id), await read(id, stranger.token)]) {
      expect(answer).toMatchObject({ status: 200 })
      expect(answer.body).toEqual({ id, name: 'Le Trianon' })
    }
    const own = await read(id, owner.token)
    expect(own.body).toMatchObject({ id, name: 'Le Trianon', contactEmail: null, version: 1 })
    expect(own.headers.etag).toBe('"v1"')
    expect((await read(id, owner.token, { 'if-none-match': '"v1"' })).status).toBe(304)
    for (const none of [newOrganizerId(), 'org_x', 'usr_01h455vb4pex5vsknk084sn02q', '%27']) {
      expect((await read(none)).status).toBe(404)
    }
  })
})

describe('listOrganizers', () => {
  it('S-32: lists the caller’s own, page by page; all for the administrator', async () => {
    const owner = await accounts.person()
    const ids: string[] = []
    for (const name of ['A', 'B', 'C']) ids.push(await accounts.organizerOf(owner, name))
    const stranger = await accounts.person()
    await accounts.organizerOf(stranger, 'Foreign')
    const page = (query: string, token = owner.token) =>
      accounts.call('GET', `/v1/organizers${query}`, undefined, { token })
    const first = (await page('?limit=2')).body
    const second = (await page(`?limit=2&cursor=${first.nextCursor}`)).body
    expect([...first.items, ...second.items].map((item) => item.id)).toEqual(ids)
    expect(second.nextCursor).toBeNull()
    const admin = (await accounts.administrator()).accessTokens.accounts
    const all = (await page('?limit=200', admin)).body.items.map((item: { id: string }) => item.id)
    expect(all).toEqual(expect.arrayContaining(ids))
    expect(all.length).toBeGreaterThan(ids.length)
    expect((await page('?limit=0')).status).toBe(400)
    expect((await page('?limit=201')).status).toBe(400)
    expect((await page('?cursor=nonsense')).status).toBe(400)
    expect((await page('?unknown=1')).status).toBe(400)
    expect((await accounts.call('GET', '/v1/organizers')).status).toBe(401)
  })
})

describe('updateOrganizer', () => {
  it('lets owners, managers and the administrator change the version that they read', async () => {
    const owner = await accounts.person()
    const id = await accounts.organizerOf(owner)
    const manager = await accounts.memberOf(owner, id, 'manager')
    const admin = (await accounts.administrator()).accessTokens.accounts
    expect((await patch(id, owner.token, { name: 'One' }, '"v1"')).body).toMatchObject({ name: 'One', version: 2 })
    expect((await patch(id, manager.token, { contactEmail: 'a@b.fr' }, '"v2"')).body.contactEmail).toBe('a@b.fr')
    expect((await patch(id, admin, { contactEmail: null }, '"v3"')).body).toMatchObject({
      contactEmail: null,
      version: 4,
    })
    expect((await patch(id, owner.token, { name: 'Late' }, '"v3"')).status).toBe(412)
    const unread = await accounts.call('PATCH', `/v1/organizers/${id}`, { name: 'x' }, { token: owner.token })
    expect(unread.status).toBe(428)
    expect((await patch(id, owner.token, { name: 'x', version: 9 })).status).toBe(400)
    expect((await patch(id, owner.token, {})).status).toBe(400)
  })

  it('is 403 to other members, and to a stranger the same 404 as nothing, byte for byte', async () => {
    const owner = await accounts.person()
    const id = await accounts.organizerOf(owner)
    for (const role of ROLES.filter((name) => name !== 'manager')) {
      const member = await accounts.memberOf(owner, id, role)
      expect([role, (await patch(id, member.token, { name: 'x' })).status]).toEqual([role, 403])
    }
    const stranger = await accounts.person()
    const foreign = await patch(id, stranger.token, { name: 'x' })
    expect(foreign.status).toBe(404)
    expect(comparable(foreign)).toEqual(comparable(await patch(newOrganizerId(), stranger.token, { name: 'x' })))
    expect((await patch(id, undefined, { name: 'x' })).status).toBe(401)
    expect((await read(id, owner.token)).body.name).toBe('Théâtre du Coin')
  })
})
