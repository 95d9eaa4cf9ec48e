import { newUuid, toUuid } from '@guichet/server'
import { newOrganizerId, newUserId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccountsFixture, accountsFixture, comparable, newEmail } from './fixture.ts'

type Person = Awaited<ReturnType<AccountsFixture['person']>>

let accounts: AccountsFixture
let owner: Person
let organizerId: string
beforeAll(async () => {
  accounts = await accountsFixture()
  owner = await accounts.person('Olivia Owner')
  organizerId = await accounts.organizerOf(owner)
})
afterAll(() => accounts.stop())

const members = (id: string, suffix = '') => `/v1/organizers/${id}/members${suffix}`
const list = (token: string | undefined, query = '', id = organizerId) =>
  accounts.call('GET', members(id, query), undefined, { token })
const add = (token: string | undefined, body: object, id = organizerId) =>
  accounts.call('POST', members(id), body, { token })
const change = (token: string | undefined, userId: string, body: object, id = organizerId) =>
  accounts.call('PATCH', members(id, `/${userId}`), body, { token })
const remove = (token: string | undefined, userId: string, id = organizerId) =>
  accounts.call('DELETE', members(id, `/${userId}`), undefined, { token })
const lastChange = async () => (await accounts.messages('accounts.membership-changed.v1')).at(-1)

describe('addMember', () => {
  it('gives a confirmed user a role, ends his old tokens, tells the others, writes it down', async () => {
    const person = await accounts.person('Fanny Finance')
    const answer = await add(owner.token, { email: person.email.toUpperCase(), role: 'finance' })
    expect(answer).toMatchObject({
      status: 201,
      body: { userId: person.userId, name: 'Fanny Finance', role: 'finance' },
    })
    expect((await accounts.call('GET', '/v1/users/me', undefined, { token: person.token })).status).toBe(401)
    expect(await lastChange()).toMatchObject({ userId: person.userId, organizerId, role: 'finance' })
    const added = await accounts.messages('accounts.member-added.v1')
    expect(added.at(-1)).toMatchObject({ userId: person.userId, organizerId, role: 'finance' })
    expect(added.filter(({ userId }) => userId === owner.userId)).toEqual([])
    expect((await accounts.auditOf('member.added')).at(-1)).toMatchObject({
      actor: owner.userId,
      target: person.userId,
      facts: { organizerId, from: null, to: 'finance' },
    })
    expect((await add(owner.token, { email: person.email, role: 'owner' })).body.code).toBe('member-exists')
  })

  it('adds nobody to more organizers than tokens can carry, so that strangers cannot lock a person out', async () => {
    const crowded = await accounts.person()
    const userUuid = toUuid('usr', crowded.userId)
    const now = accounts.clock.now()
    const times = { created_at: now, updated_at: now }
    for (let count = 0; count < 100; count++) {
      const id = newUuid()
      await accounts.db
        .insertInto('organizer')
        .values({ id, name: 'One of many', contact_email: null, ...times })
        .execute()
      const membership = { organizer_id: id, user_id: userUuid, role: 'viewer' as const, ...times }
      await accounts.db.insertInto('membership').values(membership).execute()
    }
    const refused = await add(owner.token, { email: crowded.email, role: 'viewer' })
    expect(refused).toMatchObject({ status: 409, body: { code: 'memberships-full', max: 100 } })
  })

  it('refuses an address without a confirmed account, and roles that are none', async () => {
    const waiting = await accounts.newcomer()
    for (const email of [newEmail(), waiting.email]) {
      expect(await add(owner.token, { email, role: 'door' })).toMatchObject({
        status: 422,
        body: { code: 'member-unknown' },
      })
    }
    const { email } = await accounts.person()
    expect((await add(owner.token, { email: 'x', role: 'door' })).status).toBe(422)
    for (const body of [
      { email },
      { email, role: 'admin' },
      { email, role: 'door', admin: true },
      { email: 1, role: 'door' },
    ]) {
      expect((await add(owner.token, body)).status).toBe(400)
    }
  })
})

describe('changeMemberRole and removeMember', () => {
  it('change and take the role at once, here and by message', async () => {
    const member = await accounts.memberOf(owner, organizerId, 'viewer')
    expect((await change(owner.token, member.userId, { role: 'manager' })).body).toMatchObject({ role: 'manager' })
    expect((await list(member.token)).status).toBe(401)
    await accounts.refreshed(member)
    expect((await list(member.token)).status).toBe(200)
    expect((await accounts.auditOf('member.role-changed')).at(-1)?.facts).toMatchObject({
      from: 'viewer',
      to: 'manager',
    })
    expect((await remove(owner.token, member.userId)).status).toBe(204)
    expect(await lastChange()).toMatchObject({ userId: member.userId, organizerId, role: null })
    await accounts.refreshed(member)
    expect((await list(member.token)).status).toBe(404)
    expect((await remove(owner.token, member.userId)).status).toBe(404)
    expect((await change(owner.token, member.userId, { role: 'owner' })).status).toBe(404)
  })

  it('announce nothing when nothing changes', async () => {
    const member = await accounts.memberOf(owner, organizerId, 'door')
    const before = (await accounts.messages('accounts.membership-changed.v1')).length
    expect((await change(owner.token, member.userId, { role: 'door' })).status).toBe(200)
    expect(await accounts.messages('accounts.membership-changed.v1')).toHaveLength(before)
    expect((await list(member.token)).status).toBe(403)
  })

  it('let members leave by themselves, and strangers learn nothing by it', async () => {
    const member = await accounts.memberOf(owner, organizerId, 'viewer')
    expect((await remove(member.token, member.userId, organizerId)).status).toBe(204)
    const again = await remove(await accounts.refreshed(member), member.userId, organizerId)
    expect(again.status).toBe(404)
    const nowhere = await remove(await accounts.refreshed(member), member.userId, newOrganizerId())
    expect(comparable(again)).toEqual(comparable(nowhere))
  })

  it('S-38: never leave an organizer without an owner', async () => {
    const alone = await accounts.person()
    const id = await accounts.organizerOf(alone, 'Solo')
    for (const answer of [
      await change(alone.token, alone.userId, { role: 'viewer' }, id),
      await remove(alone.token, alone.userId, id),
    ]) {
      expect(answer).toMatchObject({ status: 409, body: { code: 'last-owner', organizerName: 'Solo' } })
    }
    const second = await accounts.memberOf(alone, id, 'owner')
    expect((await change(second.token, alone.userId, { role: 'viewer' }, id)).status).toBe(200)
    expect((await remove(second.token, second.userId, id)).status).toBe(409)
  })

  it('refuse roles that are none, and ids that name nobody', async () => {
    const member = await accounts.memberOf(owner, organizerId, 'door')
    for (const body of [{}, { role: 'root' }, { role: 'owner', userId: owner.userId }, { role: null }]) {
      expect((await change(owner.token, member.userId, body)).status).toBe(400)
    }
    for (const id of [newUserId(), 'me', organizerId]) {
      expect((await change(owner.token, id, { role: 'door' })).status).toBe(404)
      expect((await remove(owner.token, id)).status).toBe(404)
    }
  })
})

describe('listMembers', () => {
  it('shows owners and managers who belongs, page by page', async () => {
    const boss = await accounts.person('Boss')
    const id = await accounts.organizerOf(boss)
    const manager = await accounts.memberOf(boss, id, 'manager')
    const door = await accounts.memberOf(boss, id, 'door')
    const first = (await list(manager.token, '?limit=2', id)).body
    const second = (await list(boss.token, `?limit=2&cursor=${first.nextCursor}`, id)).body
    expect([...first.items, ...second.items].map((item) => [item.userId, item.role])).toEqual([
      [boss.userId, 'owner'],
      [manager.userId, 'manager'],
      [door.userId, 'door'],
    ])
    expect(second.nextCursor).toBeNull()
    expect((await list(door.token, '', id)).status).toBe(403)
    expect((await list(boss.token, '?cursor=x', id)).status).toBe(400)
  })
})

describe('S-31, S-38: who is not the owner', () => {
  const attempts = {
    list: (token: string | undefined, id: string) => list(token, '', id),
    add: (token: string | undefined, id: string) => add(token, { email: owner.email, role: 'owner' }, id),
    change: (token: string | undefined, id: string) => change(token, owner.userId, { role: 'viewer' }, id),
    remove: (token: string | undefined, id: string) => remove(token, owner.userId, id),
  }

  for (const [name, attempt] of Object.entries(attempts)) {
    it(`${name}: 401 to nobody, 404 to a stranger as for nothing, 403 to a member without the right`, async () => {
      expect((await attempt(undefined, organizerId)).status).toBe(401)
      expect((await attempt(await accounts.serviceToken('events'), organizerId)).status).toBe(403)
      const stranger = await accounts.person()
      await accounts.organizerOf(stranger, 'Elsewhere')
      const foreign = await attempt(stranger.token, organizerId)
      expect(foreign.status).toBe(404)
      expect(comparable(foreign)).toEqual(comparable(await attempt(stranger.token, newOrganizerId())))
      expect(comparable(foreign)).toEqual(comparable(await attempt(stranger.token, 'org_nonsense')))
      for (const role of ['manager', 'finance', 'support', 'door', 'viewer'] as const) {
        const member = await accounts.memberOf(owner, organizerId, role)
        const expected = name === 'list' && role === 'manager' ? 200 : 403
        expect([role, (await attempt(member.token, organizerId)).status]).toEqual([role, expected])
      }
      expect((await list(owner.token)).body.items[0]).toMatchObject({ userId: owner.userId, role: 'owner' })
    })
  }
})
