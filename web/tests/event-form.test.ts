import { expect, it } from 'vitest'
import type { EventDetails } from '../src/api/types.ts'
import {
  changedSince,
  checkEvent,
  eventField,
  eventPatch,
  newEventBody,
  valuesOf,
} from '../src/events/event-form.server.ts'
import { textsOf } from '../src/messages/catalogue.server.ts'

const event: EventDetails = {
  id: 'evt_1',
  organizerId: 'org_1',
  status: 'draft',
  title: { fr: 'Soirée' },
  description: null,
  descriptionHtml: null,
  startsAt: '2026-03-14T19:30:00Z',
  endsAt: '2026-03-14T22:00:00Z',
  timeZone: 'Europe/Paris',
  venue: { name: 'Halle 5', city: 'Lille', online: false },
  category: 'concert',
  imageUrl: null,
  url: null,
  cancellationReason: null,
  version: 3,
  updatedAt: '2026-01-01T00:00:00Z',
}

it('shows dates in the venue’s time, and a new event is sent in UTC', () => {
  const values = valuesOf(event)
  expect([values.startsAt, values.endsAt]).toEqual(['2026-03-14T20:30', '2026-03-14T23:00'])
  expect(newEventBody('org_1', values)).toMatchObject({ startsAt: '2026-03-14T19:30:00Z', title: { fr: 'Soirée' } })
})

it('sends only what was changed, so that two people may change different things', () => {
  const before = valuesOf(event)
  expect(eventPatch({ ...before }, before)).toBeNull()
  expect(eventPatch({ ...before, 'title.en': 'Evening' }, before)).toEqual({ title: { en: 'Evening' } })
  expect(eventPatch({ ...before, 'title.fr': '' }, before)).toEqual({ title: { fr: null } })
  expect(eventPatch({ ...before, timeZone: 'Europe/London' }, before)).toEqual({
    timeZone: 'Europe/London',
    startsAt: '2026-03-14T20:30:00Z',
    endsAt: '2026-03-14T23:00:00Z',
  })
})

it('tells what somebody else changed meanwhile', () => {
  const before = valuesOf(event)
  const now = valuesOf({ ...event, venue: { ...event.venue, city: 'Roubaix' } })
  expect(changedSince(before, now)).toEqual([{ field: 'venueCity', theirs: 'Roubaix' }])
})

it('puts each fault beside its field', () => {
  const { faults } = checkEvent(
    { ...valuesOf(event), 'title.fr': '', endsAt: '2026-03-14T19:00', url: 'ftp://x' },
    textsOf('en'),
  )
  expect(faults.map(({ field }) => field)).toEqual(['title.en', 'endsAt', 'url'])
  expect(['/title', '/title/fr', '/venue/city', '/endsAt'].map(eventField)).toEqual([
    'title.en',
    'title.fr',
    'venueCity',
    'endsAt',
  ])
})
