import { tokenAttackSuite } from '@guichet/testkit'
import { afterAll } from 'vitest'
import { type EventsFixture, eventsFixture } from './fixture.ts'

let fixture: EventsFixture | undefined
afterAll(() => fixture?.stop())

tokenAttackSuite(async () => {
  fixture = await eventsFixture()
  return { app: fixture.service.app, tokens: fixture.tokens, audience: 'events', now: fixture.clock.now }
})
