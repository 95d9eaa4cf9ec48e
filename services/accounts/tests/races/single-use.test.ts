import { createHash } from 'node:crypto'
import { inTransaction } from '@guichet/database'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mintAdminLink } from '../../src/users/admin-link.ts'
import { type AccountsFixture, accountsFixture, PASSWORD, PUBLIC_URL } from '../fixture.ts'

const AT_ONCE = 8

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

const together = <T>(act: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: AT_ONCE }, (_, index) => act(index)))
const successes = (answers: { status: number }[]) => answers.filter(({ status }) => status < 300).length

describe('one link, many hands at once', () => {
  it('control: looking first and then using it lets more than one in', async () => {
    const { userId } = await accounts.newcomer()
    const token = await accounts.mailedToken(userId, 'email-confirmation')
    const hash = createHash('sha256').update(token).digest()
    let looked = 0
    let open: () => void = () => undefined
    const allHaveLooked = new Promise<void>((resolve) => {
      open = resolve
    })
    const used = await together(() =>
      inTransaction(accounts.db, async (tx) => {
        const row = await tx
          .selectFrom('one_time_link')
          .select('used_at')
          .where('token_hash', '=', hash)
          .executeTakeFirst()
        looked += 1
        if (looked === AT_ONCE) open()
        await allHaveLooked
        if (row?.used_at) return { status: 400 }
        await tx
          .updateTable('one_time_link')
          .set({ used_at: accounts.clock.now() })
          .where('token_hash', '=', hash)
          .execute()
        return { status: 200 }
      }),
    )
    expect(successes(used)).toBeGreaterThan(1)
  })

  it('a confirmation link works for exactly one', async () => {
    const { userId } = await accounts.newcomer()
    const token = await accounts.mailedToken(userId, 'email-confirmation')
    expect(successes(await together(() => accounts.call('POST', '/v1/email-confirmations', { token })))).toBe(1)
    expect((await accounts.auditOf('user.email-confirmed')).filter((entry) => entry.target === userId)).toHaveLength(1)
  })

  it('a reset link sets exactly one of the passwords', async () => {
    const { email, userId } = await accounts.person()
    const token = await accounts.mailedToken(userId, 'password-reset')
    const password = (index: number) => `${index} sehr kleine blaue Hasen`
    const answers = await together((index) =>
      accounts.call('POST', '/v1/password-resets', { token, password: password(index) }),
    )
    expect(successes(answers)).toBe(1)
    const entered = await together((index) =>
      accounts.call('POST', '/v1/sessions', { email, password: password(index) }),
    )
    expect(entered.map(({ status }) => status === 201)).toEqual(answers.map(({ status }) => status === 204))
  })

  it('an admin link signs exactly one in, and makes one administrator', async () => {
    const { url } = await mintAdminLink(accounts.db, PUBLIC_URL, accounts.clock.now())
    const token = new URL(url).searchParams.get('token')
    expect(successes(await together(() => accounts.call('POST', '/v1/admin-links/redemptions', { token })))).toBe(1)
    const admins = await accounts.db.selectFrom('user_account').select('id').where('admin', '=', true).execute()
    expect(admins).toHaveLength(1)
  })

  it('an address signed up many times at once is one account, mailed each time', async () => {
    const email = 'crowd@example.com'
    await together(() => accounts.call('POST', '/v1/users', { email, password: PASSWORD, name: 'Crowd' }))
    const replica = await accounts.replica()
    const { answerRequests } = await import('../../src/jobs/answer-requests.ts')
    await Promise.all([accounts.answerAll(), answerRequests(replica.context)])
    await accounts.answerAll()
    const rows = await accounts.db.selectFrom('user_account').select('id').where('email_key', '=', email).execute()
    expect(rows).toHaveLength(1)
  })
})
