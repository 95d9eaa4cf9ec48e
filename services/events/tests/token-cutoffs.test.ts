import { newUserId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EventsFixture, eventsFixture } from './fixture.ts'

let fixture: EventsFixture
beforeAll(async () => {
  fixture = await eventsFixture()
})
afterAll(() => fixture.stop())

describe('what accounts announces', () => {
  it('ends the tokens of a user whose role has changed or who signed out everywhere, and of nobody else', async () => {
    const [manager, other] = [newUserId(), newUserId()]
    const token = await fixture.member('manager', fixture.organizerId, manager)
    const create = (bearer: string) => fixture.call('POST', '/v1/events', fixture.draft(), { token: bearer })
    expect((await create(token)).status).toBe(201)
    fixture.clock.advance(5)
    const changedAt = fixture.clock.now().toISOString()
    const message = {
      type: 'accounts.membership-changed.v1',
      data: { userId: manager, organizerId: fixture.organizerId, role: null, changedAt },
    }
    await fixture.bus.deliver(message)
    await fixture.bus.deliver(message)
    expect((await create(token)).status).toBe(401)
    const otherToken = await fixture.member('manager', fixture.organizerId, other)
    expect((await create(otherToken)).status).toBe(201)
    await fixture.bus.deliver({
      type: 'accounts.sessions-revoked.v1',
      data: { userId: other, issuedBefore: changedAt },
    })
    expect((await create(otherToken)).status).toBe(401)
  })
})
