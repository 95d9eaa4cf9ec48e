import { sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type Principal, parseId } from '@guichet/server'
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import { type Static, Type } from 'typebox'
import type { EventTable, Schema } from '../db.ts'
import { CategorySchema, StatusSchema } from './schemas.ts'
import { foldText, patternsOf } from './search-text.ts'
import { mayReadDrafts } from './visibility.ts'

const day = '^\\d{4}-\\d{2}-\\d{2}($|T)'

export const FilterSchema = Type.Object({
  text: Type.Optional(
    Type.String({ maxLength: 200, description: 'Words of title, venue or city; accents and case do not matter.' }),
  ),
  category: Type.Optional(CategorySchema),
  city: Type.Optional(Type.String({ maxLength: 120 })),
  from: Type.Optional(
    Type.String({
      maxLength: 40,
      pattern: day,
      description: 'RFC 3339 time or date: events that end then or later. Default: now.',
    }),
  ),
  to: Type.Optional(
    Type.String({
      maxLength: 40,
      pattern: day,
      description: 'RFC 3339 time, or date (that day included): events that start before.',
    }),
  ),
  organizerId: Type.Optional(Type.String({ maxLength: 60 })),
  status: Type.Optional(
    Type.Array(StatusSchema, {
      maxItems: 3,
      description: 'Drafts are listed only to members, with their organizerId.',
    }),
  ),
})
export type Filter = Static<typeof FilterSchema>

const DAY_MS = 86_400_000

function timeOf(name: 'from' | 'to', text: string): Date {
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) {
    throw new DomainError('request-invalid', {}, { errors: [{ pointer: name, detail: 'is not a time' }] })
  }
  return name === 'to' && text.length === 10 ? new Date(time.getTime() + DAY_MS) : time
}

/**
 * Which events the caller gets. Everyone: published and cancelled ones that are not over. Members who name their
 * organizer: all of its events, drafts and past ones too, unless they filter.
 */
export function visibleEvents(filter: Filter, principal: Principal, now: Date) {
  const organizer = filter.organizerId === undefined ? undefined : (parseId('org', filter.organizerId) ?? null)
  const isInsider = filter.organizerId !== undefined && mayReadDrafts(principal, filter.organizerId)
  const statuses = (filter.status ?? (['draft', 'published', 'cancelled'] as const)).filter(
    (status) => isInsider || status !== 'draft',
  )
  const from = filter.from ? timeOf('from', filter.from) : isInsider || filter.to ? undefined : now
  const to = filter.to ? timeOf('to', filter.to) : undefined

  return (where: ExpressionBuilder<Schema, 'event'>): Expression<SqlBool> => {
    const all: Expression<SqlBool>[] = [
      where('status', 'in', statuses.length > 0 ? statuses : [sql.lit('none') as never]),
    ]
    // Said again in the words of the partial index, which the planner cannot conclude from a parameter.
    if (!isInsider) all.push(where('status', '<>', sql.lit<EventTable['status']>('draft')))
    if (organizer === null) all.push(where.lit(false))
    else if (organizer !== undefined) all.push(where('organizer_id', '=', organizer))
    if (from) all.push(where('ends_at', '>=', from))
    if (to) all.push(where('starts_at', '<', to))
    if (filter.category) all.push(where('category', '=', filter.category))
    if (filter.city) all.push(where('city_key', '=', foldText(filter.city)))
    for (const pattern of patternsOf(filter.text ?? '')) all.push(where('search_text', 'like', pattern))
    return where.and(all)
  }
}
