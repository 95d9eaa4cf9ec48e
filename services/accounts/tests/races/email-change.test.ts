import { inTransaction } from '@guichet/database'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { secretHash } from '../../src/users/one-time-link.ts'
import { type AccountsFixture, accountsFixture, newEmail, PASSWORD } from '../fixture.ts'

type Person = Awaited<ReturnType<AccountsFixture['person']>>

const AT_ONCE = 8
const PATH = '/v1/users/me/email-change'

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

const confirm = ({ token }: Person, secret: string) =>
  accounts.call('POST', `${PATH}/confirmation`, { token: secret }, { token })
const successes = (answers: { status: number }[]) => answers.filter(({ status }) => status < 300).length

/** Someone whose new address waits, with the secret of its link. */
async function asking(email = newEmail()) {
  const person = await accounts.person()
  await accounts.call('PUT', PATH, { email, password: PASSWORD }, { token: person.token })
  return { person, wanted: email, secret: await accounts.changeToken(person.userId, 'email-change') }
}

const addressOf = async ({ token }: Person): Promise<string> =>
  (await accounts.call('GET', '/v1/users/me', undefined, { token })).body.email

describe('one change of address, many hands at once', () => {
  it('control: looking first and then confirming lets more than one in', async () => {
    const { secret } = await asking()
    const hash = secretHash(secret)
    let looked = 0
    let open: () => void = () => undefined
    const allHaveLooked = new Promise<void>((resolve) => {
      open = resolve
    })
    const confirmed = await Promise.all(
      Array.from({ length: AT_ONCE }, () =>
        inTransaction(accounts.db, async (tx) => {
          const row = await tx
            .selectFrom('email_change')
            .select('id')
            .where('token_hash', '=', hash)
            .where('state', '=', 'asked')
            .executeTakeFirst()
          looked += 1
          if (looked === AT_ONCE) open()
          await allHaveLooked
          return { status: row ? 200 : 400 }
        }),
      ),
    )
    expect(successes(confirmed)).toBeGreaterThan(1)
  })

  it('is confirmed once, and told once', async () => {
    const { person, secret } = await asking()
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => confirm(person, secret)))
    expect(successes(answers)).toBe(1)
    const told = await accounts.messages('accounts.email-changed.v1')
    expect(told.filter(({ userId }) => userId === person.userId)).toHaveLength(1)
  })

  it('withdrawn and confirmed at once is the one or the other', async () => {
    for (let round = 0; round < 5; round++) {
      const { person, wanted, secret } = await asking()
      const [confirmed] = await Promise.all([
        confirm(person, secret),
        accounts.call('DELETE', PATH, undefined, { token: person.token }),
      ])
      expect(await addressOf(person)).toBe(confirmed.status === 200 ? wanted : person.email)
      expect((await accounts.call('GET', PATH, undefined, { token: person.token })).status).toBe(404)
    }
  })

  it('is undone once, and confirmed again by nobody', async () => {
    const person = await accounts.person()
    await accounts.moveTo(person, newEmail())
    const secret = await accounts.changeToken(person.userId, 'email-changed')
    const undo = (password: string) => accounts.call('POST', '/v1/email-change-undos', { token: secret, password })
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => undo(`${index} kleine rote Hasen`)))
    expect(successes(answers)).toBe(1)
  })
})

describe('one address, two that want it at once', () => {
  it('two accounts: one has it, and the other is told so', async () => {
    for (let round = 0; round < 5; round++) {
      const wanted = newEmail()
      const [one, other] = [await asking(wanted), await asking(wanted)]
      const answers = await Promise.all([confirm(one.person, one.secret), confirm(other.person, other.secret)])
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
      const addresses = [await addressOf(one.person), await addressOf(other.person)]
      expect(addresses.filter((address) => address === wanted)).toHaveLength(1)
    }
  })

  it('a change beside a sign-up: one account has it, and who signs up is not lost', async () => {
    for (let round = 0; round < 5; round++) {
      const { person, wanted, secret } = await asking()
      await accounts.call('POST', '/v1/users', { email: wanted, password: PASSWORD, name: 'Eve' })
      const [confirmed] = await Promise.all([confirm(person, secret), accounts.answerAll()])
      const rows = await accounts.db.selectFrom('user_account').select('id').where('email_key', '=', wanted).execute()
      expect(rows).toHaveLength(1)
      // Refused by a sign-up of the same moment, the link still works; that account has never been confirmed.
      if (confirmed.status !== 200) expect((await confirm(person, secret)).status).toBe(200)
      expect(await addressOf(person)).toBe(wanted)
    }
  })
})
