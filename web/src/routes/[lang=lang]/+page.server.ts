import { call } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import type { EventSummary, Page } from '#web/api/types.ts'
import type { PageServerLoad } from './$types'

interface Facets {
  categories: { value: string; count: number }[]
  cities: { value: string; count: number }[]
}

const PAGE_SIZE = '24'

export const load: PageServerLoad = async (event) => {
  const asked = (name: string) => event.url.searchParams.get(name)?.trim() ?? ''
  const filters = {
    text: asked('text'),
    category: asked('category'),
    city: asked('city'),
    from: asked('from'),
    to: asked('to'),
  }
  const query = { ...filters, from: day(filters.from), to: day(filters.to) }
  const cursor = asked('cursor')
  const [list, facets] = await Promise.all([
    call<Page<EventSummary>>(event, 'events', '/v1/events', { query: { ...query, cursor, limit: PAGE_SIZE } }).catch(
      asRefusal,
    ),
    call<Facets>(event, 'events', '/v1/event-facets', { query }).catch(asRefusal),
  ])
  return {
    filters,
    filtered: Object.values(filters).some(Boolean),
    later: cursor !== '',
    unavailable: list === null,
    events: list?.body.items ?? [],
    nextCursor: list?.body.nextCursor ?? null,
    categories: facets?.body.categories ?? [],
    cities: facets?.body.cities ?? [],
  }
}

/** The list is the shop's front: when `events` is away it says so, and a filter that it does not understand finds nothing. */
function asRefusal(error: unknown): null {
  if (error instanceof ApiError) return null
  throw error
}

/** A half-typed date filters nothing. */
const day = (typed: string) => (/^\d{4}-\d{2}-\d{2}$/.test(typed) && !Number.isNaN(Date.parse(typed)) ? typed : '')
