import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mintAdminLink } from '../src/users/admin-link.ts'
import { type AccountsFixture, accountsFixture, CLIENT_SECRETS, PUBLIC_URL } from './fixture.ts'

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

const run = promisify(execFile)
const redeem = (token: unknown) => accounts.call('POST', '/v1/admin-links/redemptions', { token })
const newToken = async () => {
  const { url } = await mintAdminLink(accounts.db, PUBLIC_URL, accounts.clock.now())
  return new URL(url).searchParams.get('token') ?? ''
}

describe('redeemAdminLink', () => {
  it('S-28: signs the administrator in, once per link, and makes him with the first', async () => {
    const token = await newToken()
    const answer = await redeem(token)
    expect(answer).toMatchObject({ status: 201, body: { user: { email: 'admin@localhost', admin: true } } })
    expect((await redeem(token)).body.code).toBe('link-invalid')
    const second = await redeem(await newToken())
    expect(second.body.user.id).toBe(answer.body.user.id)
    expect((await accounts.auditOf('admin-link.made')).map((entry) => entry.actor)).toContain('operator')
    expect((await accounts.auditOf('admin-link.used'))[0]?.target).toBe(answer.body.user.id)
  })

  it('works for a day', async () => {
    const token = await newToken()
    accounts.clock.advance(24 * 3_600)
    expect((await redeem(token)).body.code).toBe('link-invalid')
  })

  it('refuses what is no link, or one of another kind', async () => {
    const { userId } = await accounts.newcomer()
    for (const token of ['x', await accounts.mailedToken(userId, 'password-reset')]) {
      expect((await redeem(token)).body.code).toBe('link-invalid')
    }
    for (const token of [undefined, '', 1, 'x'.repeat(201)]) expect((await redeem(token)).status).toBe(400)
  })

  it('an administrator without a password can set one, and then needs it', async () => {
    const { accessTokens } = (await redeem(await newToken())).body
    const set = (token: string, body: object) => accounts.call('PUT', '/v1/users/me/password', body, { token })
    expect(
      (await accounts.call('POST', '/v1/sessions', { email: 'admin@localhost', password: 'anything at all' })).status,
    ).toBe(401)
    expect((await set(accessTokens.accounts, { newPassword: 'a throne of many keys' })).status).toBe(204)
    const session = await accounts.signIn('admin@localhost', 'a throne of many keys')
    expect(session.user.admin).toBe(true)
    expect((await set(session.accessTokens.accounts, { newPassword: 'a stool of many keys' })).body.code).toBe(
      'password-wrong',
    )
  })

  it('lets the administrator into every organizer', async () => {
    const owner = await accounts.person()
    const organizerId = await accounts.organizerOf(owner)
    const token = (await redeem(await newToken())).body.accessTokens.accounts
    const members = await accounts.call('GET', `/v1/organizers/${organizerId}/members`, undefined, { token })
    expect(members.body.items).toHaveLength(1)
    const nowhere = await accounts.call('GET', '/v1/organizers/org_01h455vb4pex5vsknk084sn02q/members', undefined, {
      token,
    })
    expect(nowhere.status).toBe(404)
  })
})

describe('main.ts', () => {
  const env = () => ({
    ACCOUNTS_DATABASE_URL: accounts.database.url,
    ACCOUNTS_BUS_URL: accounts.database.url,
    ACCOUNTS_PUBLIC_URL: `${PUBLIC_URL}/`,
    ACCOUNTS_SECRET: 'the accounts secret of these tests only',
    ACCOUNTS_CLIENT_SECRET_EVENTS: CLIENT_SECRETS.events,
    ACCOUNTS_CLIENT_SECRET_TICKETS: CLIENT_SECRETS.tickets,
    ACCOUNTS_CLIENT_SECRET_NOTIFICATIONS: CLIENT_SECRETS.notifications,
  })
  const main = (args: string[], variables: Record<string, string> = env()) =>
    run(process.execPath, [join(import.meta.dirname, '../src/main.ts'), ...args], { env: variables })

  it('prints a link for an operator with a shell, and nobody else', async () => {
    const { stdout } = await main(['admin-link'])
    expect(stdout).toMatch(/^https:\/\/tickets\.example\/admin-link\?token=[\w-]{43}\n$/)
    expect((await redeem(new URL(stdout.trim()).searchParams.get('token'))).status).toBe(201)
  })

  it('rotates the keys, and migrates what is migrated without a change', async () => {
    expect((await main(['migrate'])).stdout).toBe('Nothing to migrate.\n')
    const before = accounts.context.keyring.jwks().keys.map((key) => key.kid)
    await main(['rotate-keys'])
    await accounts.context.keyring.load()
    const after = accounts.context.keyring.jwks().keys.map((key) => key.kid)
    expect(after[0]).toBe(before[1])
  })

  it('S-28: refuses weak and missing secrets, all at once, without printing them', async () => {
    const weak = {
      ...env(),
      ACCOUNTS_SECRET: 'short',
      ACCOUNTS_CLIENT_SECRET_EVENTS: 'change-me-change-me-change-me-change-me',
      ACCOUNTS_PORT: 'x',
    }
    const failure = await main(['check-config'], weak).catch((error: { code: number; stderr: string }) => error)
    expect(failure).toMatchObject({ code: 78 })
    expect(failure.stderr.match(/^ {2}- ACCOUNTS_\w+/gm)).toEqual([
      '  - ACCOUNTS_PORT',
      '  - ACCOUNTS_SECRET',
      '  - ACCOUNTS_CLIENT_SECRET_EVENTS',
    ])
    expect(failure.stderr).not.toContain('change-me-change')
    expect((await main(['check-config'])).stdout).toContain('valid')
    expect(await main(['nonsense']).catch((error: { code: number }) => error.code)).toBe(64)
  })
})
