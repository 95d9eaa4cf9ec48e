import { newUuid, toId } from '@guichet/server'
import type { Fixture } from './fixture.ts'

const HOUR_MS = 3_600_000

/** What events says of an event that begins in so many hours of the test's clock. */
export function eventFacts(fixture: Fixture, changes: Partial<{ hoursAhead: number; timeZone: string }> = {}) {
  const { hoursAhead = 10 * 24, timeZone = 'Europe/Paris' } = changes
  return {
    eventId: toId('evt', newUuid()),
    organizerId: toId('org', newUuid()),
    version: 1,
    status: 'published',
    title: { en: 'Night at the Opera', fr: 'Nuit à l’Opéra' },
    ...period(fixture, hoursAhead),
    timeZone,
    venue: { name: 'Opéra Garnier', address: '8 rue Scribe', city: 'Paris', country: 'FR', online: false },
    category: 'concert',
  }
}
export type EventFacts = ReturnType<typeof eventFacts>

export function period(fixture: Fixture, hoursAhead: number) {
  const starts = fixture.clock.now().getTime() + hoursAhead * HOUR_MS
  return { startsAt: new Date(starts).toISOString(), endsAt: new Date(starts + 3 * HOUR_MS).toISOString() }
}

/** The messages of events, as it sends them. */
export function eventMessages(fixture: Fixture) {
  const tell = (name: string, data: object, { id = crypto.randomUUID() as string } = {}) =>
    fixture.bus.deliver({ id, type: `events.event-${name}.v1`, data, time: fixture.clock.now().toISOString() })
  return {
    published: (facts: EventFacts) => tell('published', facts),
    updated: (facts: EventFacts) => tell('updated', facts),
    rescheduled: (facts: EventFacts & { previousStartsAt: string }) => tell('rescheduled', facts),
    cancelled: (facts: EventFacts) => tell('cancelled', { ...facts, status: 'cancelled' }),
    deleted: ({ eventId, organizerId, version }: EventFacts) => tell('deleted', { eventId, organizerId, version }),
    tell,
  }
}
