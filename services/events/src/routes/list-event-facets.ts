import { sql } from '@guichet/database'
import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { FilterSchema, visibleEvents } from '../events/list.ts'

const Facet = Type.Object({ value: Type.String(), count: Type.Integer() })

export function listEventFacets(app: App, ctx: Context): void {
  app.get(
    '/v1/event-facets',
    {
      schema: {
        operationId: 'listEventFacets',
        summary: 'How many events there are in each category and city, for the same filters as the list.',
        querystring: FilterSchema,
        response: { 200: Type.Object({ categories: Type.Array(Facet), cities: Type.Array(Facet) }) },
      },
    },
    async (request) => {
      // A filter does not narrow its own facet, or choosing a city would hide all the others.
      const { category, city, ...rest } = request.query
      const now = ctx.now()
      const categories = await ctx.db
        .selectFrom('event')
        .select(['category as value', sql<number>`count(*)`.as('count')])
        .where(visibleEvents({ ...rest, ...(city ? { city } : {}) }, request.principal, now))
        .groupBy('category')
        .orderBy('count', 'desc')
        .orderBy('category')
        .execute()
      const cities = await ctx.db
        .selectFrom('event')
        .select([
          // The spelling that most events use stands for all of them.
          sql<string>`mode() within group (order by venue ->> 'city')`.as('value'),
          sql<number>`count(*)`.as('count'),
        ])
        .where(visibleEvents({ ...rest, ...(category ? { category } : {}) }, request.principal, now))
        .where('city_key', 'is not', null)
        .groupBy('city_key')
        .orderBy('count', 'desc')
        .orderBy('city_key')
        .limit(200)
        .execute()
      return { categories, cities }
    },
  )
}
