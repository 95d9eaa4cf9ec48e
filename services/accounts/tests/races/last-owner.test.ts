import { inTransaction } from '@guichet/database'
import { toUuid } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccountsFixture, accountsFixture, PASSWORD } from '../fixture.ts'

type Person = Awaited<ReturnType<AccountsFixture['person']>>

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

const ownersOf = (organizerUuid: string) =>
  accounts.db
    .selectFrom('membership')
    .select('user_id')
    .where('organizer_id', '=', organizerUuid)
    .where('role', '=', 'owner')
    .execute()

async function twoOwners(): Promise<{ organizerId: string; pair: [Person, Person] }> {
  const first = await accounts.person()
  const organizerId = await accounts.organizerOf(first)
  const second = await accounts.memberOf(first, organizerId, 'owner')
  return { organizerId, pair: [first, second] }
}

describe('the last two owners leave at once', () => {
  it('control: without the lock on the organizer, both see the other and nobody is left', async () => {
    const { organizerId, pair } = await twoOwners()
    const organizerUuid = toUuid('org', organizerId)
    let looked = 0
    let open: () => void = () => undefined
    const bothHaveLooked = new Promise<void>((resolve) => {
      open = resolve
    })
    await Promise.all(
      pair.map(({ userId }) =>
        inTransaction(accounts.db, async (tx) => {
          const owners = await tx
            .selectFrom('membership')
            .select('user_id')
            .where('organizer_id', '=', organizerUuid)
            .where('role', '=', 'owner')
            .execute()
          looked += 1
          if (looked === 2) open()
          await bothHaveLooked
          if (owners.length > 1)
            await tx
              .deleteFrom('membership')
              .where('organizer_id', '=', organizerUuid)
              .where('user_id', '=', toUuid('usr', userId))
              .execute()
        }),
      ),
    )
    expect(await ownersOf(organizerUuid)).toHaveLength(0)
  })

  const ways = {
    'by removing each other': ({ organizerId, pair: [a, b] }: Awaited<ReturnType<typeof twoOwners>>) => [
      accounts.call('DELETE', `/v1/organizers/${organizerId}/members/${b.userId}`, undefined, { token: a.token }),
      accounts.call('DELETE', `/v1/organizers/${organizerId}/members/${a.userId}`, undefined, { token: b.token }),
    ],
    'by deleting their accounts': ({ pair }: Awaited<ReturnType<typeof twoOwners>>) =>
      pair.map(({ token }) => accounts.call('DELETE', '/v1/users/me', { password: PASSWORD }, { token })),
    'one by deletion, one by demotion': ({ organizerId, pair: [a, b] }: Awaited<ReturnType<typeof twoOwners>>) => [
      accounts.call('DELETE', '/v1/users/me', { password: PASSWORD }, { token: a.token }),
      accounts.call(
        'PATCH',
        `/v1/organizers/${organizerId}/members/${b.userId}`,
        { role: 'viewer' },
        { token: b.token },
      ),
    ],
  }
  for (const [way, leave] of Object.entries(ways)) {
    it(`${way}: one succeeds, one is refused, one owner stays`, async () => {
      for (let round = 0; round < 5; round++) {
        const owners = await twoOwners()
        const statuses = (await Promise.all(leave(owners))).map(({ status }) => status)
        expect(statuses.filter((status) => status < 300)).toHaveLength(1)
        // The one who lost may have been cut off before he was asked, or is told why.
        expect([401, 404, 409]).toContain(statuses.find((status) => status >= 300))
        expect(await ownersOf(toUuid('org', owners.organizerId))).toHaveLength(1)
      }
    })
  }
})
