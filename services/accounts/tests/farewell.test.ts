import { newUuid, toId } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { purgeExpired } from '../src/jobs/purge-expired.ts'
import { type AccountsFixture, accountsFixture, newEmail, PASSWORD } from './fixture.ts'

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

const erase = (token: string) => accounts.call('DELETE', '/v1/users/me', { password: PASSWORD }, { token })
const farewellsOf = async (userId: string): Promise<string[]> =>
  (await accounts.messages('accounts.farewell-requested.v1'))
    .filter((message) => message.userId === userId)
    .map((message) => message.farewellId)
const get = async (id: string, token?: string) =>
  accounts.call('GET', `/v1/internal/farewells/${id}`, undefined, {
    token: token ?? (await accounts.serviceToken('notifications')),
  })
const forget = async (id: string, token?: string) =>
  accounts.call('DELETE', `/v1/internal/farewells/${id}`, undefined, {
    token: token ?? (await accounts.serviceToken('notifications')),
  })

describe('a farewell', () => {
  it('S-39: is all that is left of an erased account’s address, and only until the mail is sent', async () => {
    const { email, userId, token } = await accounts.person()
    expect((await erase(token)).status).toBe(204)
    const [id = ''] = await farewellsOf(userId)
    expect((await get(id)).body).toEqual({ email, name: 'Ada Lovelace', locale: 'fr' })
    expect([(await forget(id)).status, (await forget(id)).status]).toEqual([204, 204])
    expect((await get(id)).status).toBe(404)
    expect(await everything()).not.toContain(email)
  })

  it('goes also to the address that the account had until lately: it may be a thief who erases it', async () => {
    const person = await accounts.person()
    const moved = await accounts.moveTo(person, newEmail())
    await erase(person.token)
    const told = await Promise.all((await farewellsOf(person.userId)).map((id) => get(id)))
    expect(told.map(({ body }) => body.email).toSorted()).toEqual([person.email, moved].toSorted())
    const kept = await accounts.db.selectFrom('email_change').select('id').execute()
    expect(kept).toEqual([])
  })

  it('is kept for three days at most', async () => {
    const { userId, token } = await accounts.person()
    await erase(token)
    const [id = ''] = await farewellsOf(userId)
    accounts.clock.advance(3 * 24 * 3_600 - 60)
    await purgeExpired(accounts.context)
    expect((await get(id)).status).toBe(200)
    accounts.clock.advance(120)
    await purgeExpired(accounts.context)
    expect((await get(id)).status).toBe(404)
  })

  it('leaves the address free for a new account', async () => {
    const { email, token } = await accounts.person()
    await erase(token)
    expect((await accounts.newcomer(email)).email).toBe(email)
  })

  it('is for notifications alone', async () => {
    const { userId, token } = await accounts.person()
    await erase(token)
    const [id = ''] = await farewellsOf(userId)
    const admin = (await accounts.administrator()).accessTokens.accounts
    for (const other of [admin, await accounts.serviceToken('tickets')]) {
      expect([(await get(id, other)).status, (await forget(id, other)).status]).toEqual([403, 403])
    }
    for (const none of [toId('fwl', newUuid()), 'fwl_x', userId]) expect((await get(none)).status).toBe(404)
    expect((await get(id)).status).toBe(200)
  })
})

/** All that the database holds, as text. */
async function everything(): Promise<string> {
  const tables = ['user_account', 'audit_entry', 'email_change', 'farewell', 'account_request'] as const
  const rows = await Promise.all(tables.map((table) => accounts.db.selectFrom(table).selectAll().execute()))
  return JSON.stringify([rows, await accounts.messages('accounts.farewell-requested.v1')])
}
