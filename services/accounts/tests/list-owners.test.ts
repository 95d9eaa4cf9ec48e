import { newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type AccountsFixture, accountsFixture } from './fixture.ts'

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

const owners = (organizerId: string, token: string | undefined) =>
  accounts.call('GET', `/v1/internal/organizers/${organizerId}/owners`, undefined, { token })

it('names the owners of an organizer, and nobody with another role', async () => {
  const first = await accounts.person()
  const organizerId = await accounts.organizerOf(first)
  const second = await accounts.memberOf(first, organizerId, 'owner')
  await accounts.memberOf(first, organizerId, 'manager')
  const { status, body } = await owners(organizerId, await accounts.serviceToken('notifications'))
  expect(status).toBe(200)
  const userIds = body.items.map((item: { userId: string }) => item.userId)
  expect(userIds.toSorted()).toEqual([first.userId, second.userId].toSorted())
})

it('is for notifications alone, and knows nothing of an organizer that is none', async () => {
  const owner = await accounts.person()
  const organizerId = await accounts.organizerOf(owner)
  expect((await owners(organizerId, undefined)).status).toBe(401)
  for (const other of [owner.token, await accounts.serviceToken('tickets')]) {
    expect((await owners(organizerId, other)).status).toBe(403)
  }
  const token = await accounts.serviceToken('notifications')
  expect((await owners(newOrganizerId(), token)).status).toBe(404)
  expect((await owners('org_1', token)).status).toBe(404)
})
