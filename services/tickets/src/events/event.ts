import { Type } from 'typebox'
import type { Texts } from './texts.ts'

export type EventStatus = 'draft' | 'published' | 'cancelled' | 'deleted'

export interface Venue {
  name?: string | null
  address?: string | null
  city?: string | null
  country?: string | null
  online?: boolean
}

/** What we keep of an event, as `events` describes it in its messages and answers. Ids are TypeIDs, instants RFC 3339. */
export interface EventFacts {
  eventId: string
  organizerId: string
  version: number
  status: 'draft' | 'published' | 'cancelled'
  title: Texts
  startsAt: string
  endsAt: string
  timeZone: string
  venue: Venue
}

export const EventParams = Type.Object({ eventId: Type.String() })
