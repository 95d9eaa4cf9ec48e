import { newUserId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccountsFixture, accountsFixture, PASSWORD, PUBLIC_URL } from './fixture.ts'

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

const mint = (token: string | undefined, body: object) =>
  accounts.call('POST', '/v1/internal/email-links', body, { token })

describe('mintEmailLink', () => {
  it('gives notifications all that the mail needs', async () => {
    const { email, userId } = await accounts.newcomer()
    const token = await accounts.serviceToken('notifications')
    const answer = await mint(token, { userId, purpose: 'email-confirmation' })
    expect(answer).toMatchObject({ status: 201, body: { email, name: 'Ada Lovelace', locale: 'fr' } })
    expect(answer.body.url).toMatch(/^https:\/\/tickets\.example\/fr\/confirm-email\?token=[\w-]{43}$/)
    expect(new Date(answer.body.expiresAt).getTime() - accounts.clock.now().getTime()).toBe(24 * 3_600_000)
    const reset = await mint(token, { userId, purpose: 'password-reset' })
    expect(new Date(reset.body.expiresAt).getTime() - accounts.clock.now().getTime()).toBe(30 * 60_000)
    const repeated = await mint(token, { userId, purpose: 'sign-up-repeated' })
    expect(repeated.body).toMatchObject({ url: `${PUBLIC_URL}/fr/sign-in`, expiresAt: null })
    const changed = await mint(token, { userId, purpose: 'password-changed' })
    expect(changed.body).toMatchObject({ url: `${PUBLIC_URL}/fr/forgot-password`, email, expiresAt: null })
  })

  it('says of which organizer somebody is a member, as long as they are', async () => {
    const owner = await accounts.person()
    const organizerId = await accounts.organizerOf(owner)
    const { userId, email } = await accounts.memberOf(owner, organizerId, 'door')
    const token = await accounts.serviceToken('notifications')
    const body = { userId, purpose: 'member-added', organizerId }
    expect((await mint(token, body)).body).toMatchObject({
      url: `${PUBLIC_URL}/fr/console/organizers/${organizerId}`,
      email,
      expiresAt: null,
      organizer: { role: 'door' },
    })
    expect((await mint(token, { ...body, purpose: 'webhook-endpoint-off' })).body).toMatchObject({
      url: `${PUBLIC_URL}/fr/console/organizers/${organizerId}/messages/webhooks`,
      organizer: { role: 'door' },
    })
    expect((await mint(token, { userId, purpose: 'member-added' })).status).toBe(404)
    const path = `/v1/organizers/${organizerId}/members/${userId}`
    await accounts.call('DELETE', path, undefined, { token: owner.token })
    expect((await mint(token, body)).status).toBe(404)
  })

  it('is for notifications alone', async () => {
    const { userId, token } = await accounts.person()
    const body = { userId, purpose: 'password-reset' }
    const admin = (await accounts.administrator()).accessTokens.accounts
    expect((await mint(undefined, body)).status).toBe(401)
    for (const other of [token, admin, await accounts.serviceToken('events'), await accounts.serviceToken('tickets')]) {
      expect((await mint(other, body)).status).toBe(403)
    }
    expect((await mint(await accounts.serviceToken('notifications', 'tickets'), body)).status).toBe(401)
  })

  it('has nothing to send to the confirmed, the erased and the unknown', async () => {
    const { userId, token } = await accounts.person()
    const service = await accounts.serviceToken('notifications')
    expect((await mint(service, { userId, purpose: 'email-confirmation' })).body.code).toBe('email-already-confirmed')
    await accounts.call('DELETE', '/v1/users/me', { password: PASSWORD }, { token })
    for (const id of [userId, newUserId(), 'usr_x', 'org_01h455vb4pex5vsknk084sn02q']) {
      expect((await mint(service, { userId: id, purpose: 'password-reset' })).status).toBe(404)
    }
    for (const body of [
      {},
      { userId },
      { userId, purpose: 'admin-sign-in' },
      { userId, purpose: 'password-reset', email: 'a@b.fr' },
    ]) {
      expect((await mint(service, body)).status).toBe(400)
    }
  })
})
