import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccountsFixture, accountsFixture } from '../fixture.ts'

const AT_ONCE = 12

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

const refresh = (refreshToken: string) => accounts.call('POST', '/v1/sessions/refresh', { refreshToken })

describe('S-11: one refresh token, many hands at once', () => {
  it('control: a token that depends on the moment would give two live families', async () => {
    const { session } = await accounts.person()
    const family = accounts.context.refreshTokens.read(session.refreshToken)
    if (!family) throw new Error('the token must be ours')
    // What a server without the row lock and the derivation does: read, then hand out a fresh random token.
    const handedOut = await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        const row = await accounts.db
          .selectFrom('refresh_family')
          .select('generation')
          .where('id', '=', family.familyUuid)
          .executeTakeFirstOrThrow()
        return row.generation === family.generation ? crypto.randomUUID() : undefined
      }),
    )
    expect(new Set(handedOut.filter(Boolean)).size).toBeGreaterThan(1)
  })

  it('all get the same next token, and the family moves one step', async () => {
    const { session } = await accounts.person()
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => refresh(session.refreshToken)))
    expect(answers.map(({ status }) => status)).toEqual(Array(AT_ONCE).fill(200))
    expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1)
    const family = accounts.context.refreshTokens.read(session.refreshToken)
    const row = await accounts.db
      .selectFrom('refresh_family')
      .select('generation')
      .where('id', '=', family?.familyUuid ?? '')
      .executeTakeFirstOrThrow()
    expect(row.generation).toBe(2)
  })

  it('a thief and the owner at once, after the grace: both lose, and it is written down', async () => {
    const { session } = await accounts.person()
    const second = (await refresh(session.refreshToken)).body
    accounts.clock.advance(11)
    const answers = await Promise.all([
      refresh(session.refreshToken),
      refresh(second.refreshToken),
      refresh(session.refreshToken),
    ])
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1)
    const winner = answers.find(({ status }) => status === 200)?.body.refreshToken ?? second.refreshToken
    expect((await refresh(winner)).status).toBe(401)
  })

  it('a refresh beside a sign-out leaves no good token behind', async () => {
    for (let round = 0; round < 10; round++) {
      const { session, token } = await accounts.person()
      const [renewed] = await Promise.all([
        refresh(session.refreshToken),
        accounts.call('DELETE', '/v1/sessions', undefined, { token }),
      ])
      if (renewed.status === 200) {
        const bearer = renewed.body.accessTokens.accounts
        expect((await accounts.call('GET', '/v1/users/me', undefined, { token: bearer })).status).toBe(401)
        expect((await refresh(renewed.body.refreshToken)).status).toBe(401)
      } else expect(renewed.status).toBe(401)
    }
  })

  it('a refresh beside a change of role gives either an old token that is cut off, or a new one that knows', async () => {
    for (let round = 0; round < 10; round++) {
      const owner = await accounts.person()
      const organizerId = await accounts.organizerOf(owner)
      const member = await accounts.memberOf(owner, organizerId, 'manager')
      const [renewed] = await Promise.all([
        refresh(member.session.refreshToken),
        accounts.call('DELETE', `/v1/organizers/${organizerId}/members/${member.userId}`, undefined, {
          token: owner.token,
        }),
      ])
      const answer = await accounts.call('GET', `/v1/organizers/${organizerId}/members`, undefined, {
        token: renewed.body.accessTokens.accounts,
      })
      expect([401, 404]).toContain(answer.status)
    }
  })
})
