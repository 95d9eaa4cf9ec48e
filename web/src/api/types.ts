import type { LocalisedText } from '../messages/language.ts'

/** The parts of the services' answers that pages use (contracts/http). */

export interface Venue {
  name?: string | null
  address?: string | null
  city?: string | null
  country?: string | null
  online: boolean
}

export type EventStatus = 'draft' | 'published' | 'cancelled'

export interface EventSummary {
  id: string
  organizerId: string
  status: EventStatus
  title: LocalisedText
  startsAt: string
  endsAt: string
  timeZone: string
  venue: Venue
  category: string
  imageUrl: string | null
  imageAlt?: LocalisedText | null
}

export interface EventDetails extends EventSummary {
  description: LocalisedText | null
  descriptionHtml: LocalisedText | null
  url: string | null
  cancellationReason: LocalisedText | null
  version: number
  updatedAt: string
}

export interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}

export type Availability = 'on-sale' | 'not-yet-open' | 'ended' | 'sold-out' | 'paused'

export interface TicketType {
  id: string
  name: LocalisedText
  description?: LocalisedText | null
  priceMinor: number
  currency: string
  minPerOrder: number
  maxPerOrder: number
  salesStartAt: string | null
  salesEndAt: string | null
  availability: Availability
  remaining: number | null
  /** `chosen`: the buyer names the price, from priceMinor upwards. */
  pricing?: 'fixed' | 'chosen'
  suggestedPriceMinor?: number | null
  /** The price with the code asked for, when it lowers it. */
  codePriceMinor?: number | null
  maxPerBuyer?: number | null
  /** Sold only together with one of these types. */
  addOnTo?: string[]
  maxPerTicket?: number | null
  /** Sold out, and one may wait for a place. */
  waitingList?: boolean
  /** Only for members of the organizer. */
  capacity?: number
  held?: number
  sold?: number
  /** Entries of its waiting list. */
  waiting?: number
  hidden?: boolean
  paused?: boolean
  version?: number
}

/** A limit over several ticket types, or over the whole event. */
export interface Allotment {
  id: string
  kind: 'shared' | 'event'
  name: LocalisedText | null
  capacity: number
  held: number
  sold: number
  ticketTypeIds: string[]
  version: number
}

export interface PromoCode {
  id: string
  code: string
  discountPercent: number | null
  discountMinor: number | null
  /** Empty: all types that are not hidden. */
  ticketTypeIds: string[]
  unlocks: boolean
  usesMax: number | null
  usesHeld: number
  usesSold: number
  startsAt: string | null
  endsAt: string | null
  active: boolean
  version: number
}

export interface TicketTypes {
  eventId: string
  status: string
  serverTime: string
  currency: string | null
  /** The code asked for, and whether it is good here. */
  promoCode?: { code: string; valid: boolean } | null
  items: TicketType[]
}

export interface OrderLine {
  ticketTypeId: string
  name: LocalisedText
  quantity: number
  unitPriceMinor: number
  /** Without the code; `null` when none lowered it. */
  fullPriceMinor?: number | null
  totalMinor: number
}

export interface Ticket {
  id: string
  ticketTypeId: string
  typeName: LocalisedText
  holderName: string | null
  /** `null` for members who may not see it. */
  code: string | null
  state: 'valid' | 'void'
}

export type OrderState = 'held' | 'confirmed' | 'expired' | 'cancelled' | 'refunded'

export interface Order {
  id: string
  /** Given at confirmation; see orderHandle. */
  number: string | null
  eventId: string
  event: Pick<EventSummary, 'title' | 'startsAt' | 'endsAt' | 'timeZone' | 'venue'> & { status: string }
  organizerId: string
  state: OrderState
  lines: OrderLine[]
  totalMinor: number
  currency: string
  promoCode?: string | null
  /** From the waiting list. */
  offer?: boolean
  buyer: { name: string; email: string } | null
  locale: string
  expiresAt: string
  extensionsLeft: number
  secret?: string
  payment?: {
    id: string
    provider: string
    state: 'pending' | 'succeeded' | 'failed' | 'refunded'
    redirectUrl?: string | null
  } | null
  tickets: Ticket[]
  createdAt: string
  confirmedAt: string | null
  version: number
}

export interface Payment {
  id: string
  state: string
  redirectUrl: string | null
}

export interface Sales {
  ticketTypes: { id: string; name: LocalisedText; capacity: number; held: number; sold: number }[]
  orders: Partial<Record<OrderState, number>>
  revenue: { currency: string; amountMinor: number }[]
}

export type Role = 'owner' | 'manager' | 'finance' | 'support' | 'door' | 'viewer'

export interface User {
  id: string
  email: string
  name: string
  locale: string
  admin: boolean
  emailConfirmed: boolean
  version: number
  memberships: { organizerId: string; organizerName: string; role: Role }[]
}

export interface Organizer {
  id: string
  name: string
  contactEmail?: string | null
  version?: number
}

export interface Member {
  userId: string
  name: string
  email: string
  role: Role
}

export interface Delivery {
  id: string
  kind: string
  channel: 'email' | 'sms'
  orderId: string | null
  recipient: string | null
  state: 'pending' | 'sending' | 'retrying' | 'sent' | 'failed'
  attempts: number
  lastError: string | null
  sentAt: string | null
  createdAt: string
}

/** Somebody's place on the waiting list of a sold-out ticket type. */
export interface WaitingEntry {
  id: string
  ticketTypeId: string
  /** `null` once it is forgotten. */
  email: string | null
  quantity: number
  state: 'waiting' | 'offered' | 'left'
  order: { id: string; state: OrderState; quantity: number; expiresAt: string } | null
  createdAt: string
  endedAt: string | null
  /** For whoever waits, not in the list for members. */
  eventId: string
  event: Order['event']
  ticketTypeName: LocalisedText
  ahead: number | null
}

export interface WaitingEntries extends Page<WaitingEntry> {
  counts: { ticketTypeId: string; waiting: number; placesWanted: number; offered: number; bought: number }[]
}
