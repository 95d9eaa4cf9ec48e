import { createDatabase, sql } from '@guichet/database'
import { createLog } from '@guichet/server'
import { emptyDatabase, eventually, testBus, testClock, testDatabase } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerRequests } from '../src/jobs/answer-requests.ts'
import { purgeExpired } from '../src/jobs/purge-expired.ts'
import { createAccounts } from '../src/service.ts'
import { type AccountsFixture, accountsFixture, newEmail, PASSWORD, settingsFor } from './fixture.ts'

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

describe('the running service', () => {
  it('serves over HTTP, answers sign-ups by itself, sends its messages, and stops', async () => {
    const database = await testDatabase('accounts')
    const bus = testBus()
    const service = createAccounts(settingsFor(database.url), { bus })
    try {
      const { url } = await service.start()
      expect((await fetch(`${url}/health/ready`)).status).toBe(200)
      const body = JSON.stringify({ email: newEmail(), password: PASSWORD, name: 'Ada', locale: 'fr' })
      const answer = await fetch(`${url}/v1/users`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      })
      expect(answer.status).toBe(202)
      const [message] = await eventually(() => bus.published.length === 1 && bus.published)
      expect(message).toMatchObject({
        type: 'accounts.email-link-requested.v1',
        source: 'accounts',
        data: { purpose: 'email-confirmation', locale: 'fr' },
      })
    } finally {
      await service.stop()
      await database.stop()
    }
  })

  it('answers at its start what a crash left unanswered', async () => {
    const database = await testDatabase('accounts')
    const db = createDatabase<object>(database.url, { max: 1 })
    await sql`insert into account_request (kind, email, email_key, name, locale, password_hash, created_at)
      values ('sign-up', 'left@example.com', 'left@example.com', 'Left', 'en', 'x', now())`.execute(db)
    const bus = testBus()
    const service = createAccounts(settingsFor(database.url), { bus })
    try {
      await service.start()
      await eventually(() => bus.published.length === 1)
    } finally {
      await service.stop()
      await db.destroy()
      await database.stop()
    }
  })

  it('does not start on a database that is not migrated', async () => {
    const database = await emptyDatabase()
    const service = createAccounts(settingsFor(database.url), { bus: testBus() })
    await expect(service.start()).rejects.toThrow('run "main.ts migrate" first')
    await service.stop()
    await database.stop()
  })
})

describe('answerRequests', () => {
  it('goes on with the others when one cannot be answered, and keeps that one', async () => {
    await sql`create function refuse_cursed() returns trigger language plpgsql as $$ begin
      if new.email = 'cursed@example.com' then raise exception 'cursed'; end if; return new; end $$`.execute(
      accounts.db,
    )
    await sql`create trigger cursed before insert on user_account for each row execute function refuse_cursed()`.execute(
      accounts.db,
    )
    const email = newEmail()
    for (const address of ['cursed@example.com', email]) {
      await accounts.call('POST', '/v1/users', { email: address, password: PASSWORD, name: 'Ada' })
    }
    expect(await answerRequests(accounts.context, createLog('accounts', 'silent'))).toBe(1)
    expect(await accounts.userIdOf(email)).toMatch(/^usr_/)
    const waiting = await accounts.db.selectFrom('account_request').select('email').execute()
    expect(waiting).toEqual([{ email: 'cursed@example.com' }])
    await accounts.db.deleteFrom('account_request').execute()
  })
})

describe('purgeExpired', () => {
  it('forgets what is long over, and nothing that is still good', async () => {
    const old = await accounts.person()
    await accounts.mailedToken(old.userId, 'password-reset')
    await accounts.call('DELETE', '/v1/sessions', undefined, { token: old.token })
    accounts.clock.advance(31 * 86_400)
    const fresh = await accounts.person()
    const { clock, db } = accounts
    await purgeExpired({ db, now: clock.now })
    expect(
      await db.selectFrom('one_time_link').select('token_hash').where('expires_at', '<', clock.now()).execute(),
    ).toEqual([])
    const sessions = await db.selectFrom('session').select('id').execute()
    expect(sessions).toHaveLength(1)
    expect(await db.selectFrom('refresh_family').select('id').execute()).toHaveLength(1)
    expect((await accounts.call('GET', '/v1/users/me', undefined, { token: fresh.token })).status).toBe(200)
    expect((await accounts.signIn(old.email)).user.id).toBe(old.userId)
    const later = testClock(new Date(clock.now().getTime() + 200 * 86_400_000))
    await purgeExpired({ db, now: later.now })
    const senders = await db.selectFrom('audit_entry').select('ip').where('ip', 'is not', null).execute()
    expect(senders).toEqual([])
  })
})
