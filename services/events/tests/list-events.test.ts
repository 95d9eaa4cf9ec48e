import { newOrganizerId } from '@guichet/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EventsFixture, eventsFixture } from './fixture.ts'

let fixture: EventsFixture
beforeAll(async () => {
  fixture = await eventsFixture()
  const at = (day: string) => ({ startsAt: `${day}T18:00:00Z`, endsAt: `${day}T22:00:00Z` })
  await fixture.createPublished({
    title: { fr: 'Fête de l’Été à Orléans' },
    venue: { name: 'Théâtre Cœur', city: 'Orléans' },
    category: 'festival',
    ...at('2027-04-01'),
  })
  await fixture.createPublished({
    title: { en: 'Go Days' },
    venue: { city: 'Berlin' },
    category: 'conference',
    ...at('2027-04-02'),
  })
  await fixture.createPublished({
    title: { en: '100% Rust_lang' },
    venue: { city: 'BERLIN' },
    category: 'conference',
    ...at('2027-04-03'),
  })
  await fixture.createDraft({ title: { en: 'Secret draft' }, ...at('2027-04-04') })
  const { id } = await fixture.createPublished({
    title: { en: 'Called off' },
    venue: { online: true },
    ...at('2027-04-05'),
  })
  await fixture.call('POST', `/v1/events/${id}/cancellation`, {})
  const past = await fixture.draft({ title: { en: 'Long ago' }, ...at('2026-01-01') })
  const { organizerId, ...body } = past
  await fixture.call('PUT', `/v1/organizers/${organizerId}/imported-events/past`, { ...body, publish: true })
})
afterAll(() => fixture.stop())

type Item = { id: string; title: { en?: string; fr?: string } }
const titles = (items: Item[]) => items.map(({ title }) => title.en ?? title.fr)
const list = async (query = '', token = '') => {
  const answer = await fixture.call('GET', `/v1/events${query}`, undefined, { token })
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  return titles(answer.body.items)
}

describe('the list of events', () => {
  it('shows everyone what is public and not over, in the order of its start, without the long texts', async () => {
    expect(await list()).toEqual(['Fête de l’Été à Orléans', 'Go Days', '100% Rust_lang', 'Called off'])
    const { body } = await fixture.anonymous('GET', '/v1/events?limit=1')
    expect(body.items[0]).not.toHaveProperty('description')
    expect(body.items[0]).not.toHaveProperty('searchText')
  })

  it.each([
    ['fete ete', 'Fête de l’Été à Orléans'],
    ['FÊTE orleans', 'Fête de l’Été à Orléans'],
    ["l'ete", 'Fête de l’Été à Orléans'],
    ['coeur', 'Fête de l’Été à Orléans'],
    ['go berlin', 'Go Days'],
    ['100%', '100% Rust_lang'],
    ['rust_', '100% Rust_lang'],
  ])('finds by the words "%s", whatever their accents, case and place', async (text, title) => {
    expect(await list(`?text=${encodeURIComponent(text)}`)).toEqual([title])
  })

  it.each(["' or 1=1--", 'go paris', 'r_st', '%%%_'])('finds nothing by "%s"', async (text) => {
    expect(await list(`?text=${encodeURIComponent(text)}`)).toEqual([])
  })

  it('filters by category, city, time, organizer and status, together too', async () => {
    expect(await list('?category=conference')).toEqual(['Go Days', '100% Rust_lang'])
    expect(await list('?city=berlin')).toEqual(['Go Days', '100% Rust_lang'])
    expect(await list('?city=orleans&category=conference')).toEqual([])
    expect(await list('?from=2027-04-03')).toEqual(['100% Rust_lang', 'Called off'])
    expect(await list('?from=2027-04-02T23:00:00Z&to=2027-04-03')).toEqual(['100% Rust_lang'])
    expect(await list('?to=2026-12-31')).toEqual(['Long ago'])
    expect(await list('?status=cancelled')).toEqual(['Called off'])
    expect(await list('?status=published&status=cancelled&text=days')).toEqual(['Go Days'])
    expect(await list(`?organizerId=${newOrganizerId()}`)).toEqual([])
    expect(await list('?organizerId=nonsense')).toEqual([])
  })

  it('shows drafts and past events only to members who name their organizer', async () => {
    const own = `?organizerId=${fixture.organizerId}`
    expect(await list(own, await fixture.member('viewer'))).toHaveLength(6)
    expect(await list(`${own}&status=draft`, fixture.owner)).toEqual(['Secret draft'])
    const stranger = await fixture.member('owner', newOrganizerId())
    for (const token of ['', stranger]) {
      expect(await list(own, token)).toHaveLength(4)
      expect(await list(`${own}&status=draft`, token)).toEqual([])
    }
    expect(await list('?status=draft', fixture.owner)).toEqual([])
  })

  it.each([
    'limit=0',
    'limit=201',
    'limit=x',
    'cursor=%20',
    'cursor=WzFd',
    'cursor=WzEsIngiXQ',
    // What is a cursor in form, and neither a time nor an id to PostgreSQL.
    'cursor=WzEsIi0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLSJd',
    'cursor=Wy04NjQwMDAwMDAwMDAwMDAwLjAsIjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMCJd',
    'from=yesterday',
    'to=2027-13-45',
    'category=x',
    'sort=price',
  ])('refuses %s', async (query) => {
    const answer = await fixture.anonymous('GET', `/v1/events?${query}`)
    expect(answer.status).toBe(400)
    expect(answer.body.errors.length).toBeGreaterThan(0)
  })

  it.each([
    'from=0000-01-01',
    'to=9999-12-31',
    'text=%25%5C_%5C',
    `text=${'%EF%B7%BA'.repeat(200)}`,
    'city=%F0%9F%8E%AD',
    'status=draft&status=draft',
    `organizerId=${'a'.repeat(60)}`,
    'organizerId=constructor',
  ])('finds what there is by %s', async (query) => {
    expect((await fixture.anonymous('GET', `/v1/events?${query}`)).status).toBe(200)
    expect((await fixture.anonymous('GET', `/v1/event-facets?${query}`)).status).toBe(200)
  })

  it('counts categories and cities, each without its own filter', async () => {
    const { body } = await fixture.anonymous('GET', '/v1/event-facets?city=Berlin')
    expect(body.categories).toEqual([{ value: 'conference', count: 2 }])
    expect(body.cities).toEqual([
      { value: expect.stringMatching(/^berlin$/i), count: 2 },
      { value: 'Orléans', count: 1 },
    ])
    expect((await fixture.anonymous('GET', '/v1/event-facets?city=x&cursor=1')).status).toBe(400)
  })
})

describe('pages', () => {
  it('show each event of the beginning exactly once, in order, whatever is added or deleted between them', async () => {
    const organizerId = fixture.organizerId
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.boolean()), { maxLength: 6 }),
        async (days, limit, changes) => {
          const tag = `page${Math.random().toString(36).slice(2)}`
          const add = (day: number) =>
            fixture.createPublished({
              organizerId,
              title: { en: tag },
              startsAt: `2027-07-0${day}T10:00:00Z`,
              endsAt: `2027-07-0${day}T11:00:00Z`,
            })
          const first = []
          for (const day of days) first.push((await add(day)).id)
          const gone = new Set<string>()
          const seen: { id: string; startsAt: string }[] = []
          let cursor: string | null = null
          do {
            const query: string = `?text=${tag}&limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`
            const { body } = await fixture.anonymous('GET', `/v1/events${query}`)
            seen.push(...body.items)
            cursor = body.nextCursor
            const change = changes.shift()
            if (change?.[1]) await add(change[0])
            else if (change) {
              const victim = first.find((id) => !gone.has(id) && !seen.some((item) => item.id === id))
              if (victim) {
                gone.add(victim)
                await fixture.call('DELETE', `/v1/events/${victim}`)
              }
            }
          } while (cursor)
          const ids = seen.map(({ id }) => id)
          expect(new Set(ids).size).toBe(ids.length)
          for (const id of first) if (!gone.has(id)) expect(ids).toContain(id)
          const starts = seen.map(({ startsAt }) => startsAt)
          expect(starts).toEqual([...starts].sort())
        },
      ),
      { numRuns: 15 },
    )
  })
})
