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
  /** On top of priceMinor for each ticket, VAT included. */
  feeMinor?: number
  /** What one ticket costs, with everything in it; and the same with the code. */
  allInPriceMinor?: number
  codeAllInPriceMinor?: number | null
  /** VAT contained in the price, in basis points. */
  vatBp?: number | null
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
  vatRateId?: string | null
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
  /** What the buyer pays on top of each ticket that is not free. */
  fee?: { percentBp: number; fixedMinor: number } | null
  /** The code asked for, and whether it is good here. */
  promoCode?: { code: string; valid: boolean } | null
  items: TicketType[]
}

export interface OrderLine {
  lineNumber?: number
  ticketTypeId: string
  name: LocalisedText
  quantity: number
  unitPriceMinor: number
  /** Without the code; `null` when none lowered it. */
  fullPriceMinor?: number | null
  /** On top of the price, for each ticket. */
  unitFeeMinor?: number
  vatBp?: number | null
  feeVatBp?: number | null
  vatMinor?: number
  /** With the fees. */
  totalMinor: number
  /** Of quantity, made void by refunds. */
  voidQuantity?: number
}

/** What an amount contains of one VAT rate; `null`: without VAT. */
export interface VatTotal {
  bp: number | null
  grossMinor: number
  vatMinor: number
}

export interface Ticket {
  id: string
  ticketTypeId: string
  typeName: LocalisedText
  holderName: string | null
  /** `null` for members who may not see it. */
  code: string | null
  state: 'valid' | 'void'
  lineNumber?: number
  checkedInAt?: string | null
  /** Whom the buyer has passed it on to. */
  holder?: { email: string | null; since: string } | null
  transfersLeft?: number
  transfers?: { kind: 'passed-on' | 'taken-back'; at: string; by: string }[]
}

/** A ticket that was passed on, as its holder sees it. */
export interface HeldTicket {
  id: string
  eventId: string
  event: Order['event']
  typeName: LocalisedText
  holderName: string | null
  /** Who bought it. */
  from: string | null
  orderNumber: string | null
  code: string
  state: 'valid' | 'void'
  checkedInAt: string | null
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
  /** The fees in the total, and its VAT by rate. */
  feeMinor?: number
  vat?: VatTotal[]
  totalMinor: number
  /** Promised back, whether it has arrived yet or not. */
  refundedMinor?: number
  currency: string
  promoCode?: string | null
  /** From the waiting list. */
  offer?: boolean
  buyer: { name: string; email: string; phone?: string | null } | null
  /** The boxes that the buyer ticked. */
  consents?: { kind: string }[]
  locale: string
  expiresAt: string
  extensionsLeft: number
  secret?: string
  payment?: Payment | null
  tickets: Ticket[]
  createdAt: string
  confirmedAt: string | null
  version: number
}

export type Mode = 'test' | 'live'

export interface Payment {
  id: string
  provider: string
  state: 'pending' | 'succeeded' | 'failed' | 'refunded'
  amountMinor?: number
  currency?: string
  redirectUrl?: string | null
  /** `test`: no money moves; `null`: nothing to pay. */
  mode?: Mode | null
  /** What the buyer must do at the bank. */
  instructions?: { beneficiary: string; iban: string; bic: string | null; reference: string; dueAt: string } | null
}

/** The buyer's address was corrected. */
export interface RecipientChange {
  number: number
  changedAt: string
  /** `buyer`, or the member's id. */
  changedBy: string
}

/** A try to pay, as members see it. */
export interface PaymentAttempt extends Payment {
  /** Why the money bought nothing, or was not taken. */
  problem: string | null
  reference: string | null
  createdAt: string
  settledAt: string | null
}

/** A way to pay at an event. */
export interface PaymentWay {
  id: string
  mode: Mode
  /** Until when money must have arrived that is not paid at once. */
  dueAt: string | null
}

export interface RefundLine {
  lineNumber: number
  quantity: number
  amountMinor: number
}

/** What a refund would give back. */
export interface RefundPreview {
  orderId: string
  amountMinor: number
  /** Of what the tickets are worth, not given back. */
  keptMinor: number
  currency: string
  lines: RefundLine[]
  ticketIds: string[]
  endsOrder: boolean
}

export interface Refund {
  id: string
  orderId: string
  eventId: string
  paymentId: string
  amountMinor: number
  currency: string
  reason: string
  state: 'pending' | 'succeeded' | 'failed'
  lines: RefundLine[]
  ticketIds: string[]
  endsOrder: boolean
  /** For members: the provider's words, what a member wrote, who asked and who settled it. */
  problem: string | null
  note: string | null
  requestedBy?: string | null
  settledBy?: string | null
  createdAt: string
  settledAt: string | null
}

/** Until when tickets are taken back, and what is kept of their price. */
export interface RefundPolicy {
  enabled: boolean
  untilDays: number
  keptBp: number
  version: number
  /** Of an event: it has none of its own; and the instant that ends it. */
  inherited?: boolean
  until?: string | null
}

export interface RefundTotals {
  orders: number
  tickets: number
  amountMinor: number
  currency: string | null
  /** Left out: somebody has come in with them. */
  checkedIn: number
}

/** The refund of a whole event, or of some of its types. */
export interface RefundRun {
  id: string
  ticketTypeIds: string[]
  force: boolean
  note: string | null
  state: 'running' | 'done'
  planned: RefundTotals
  promised: { orders: number; tickets: number; amountMinor: number }
  refunds: { pending: number; succeeded: number; failed: number }
  createdAt: string
  finishedAt: string | null
}

export interface Dispute {
  id: string
  orderId: string
  provider: string
  reference: string
  state: 'open' | 'won' | 'lost'
  amountMinor: number
  currency: string
  reason: string
  respondBy: string | null
  openedAt: string
  closedAt: string | null
}

export interface Invoice {
  id: string
  kind: 'invoice' | 'credit-note'
  /** `null` until the organizer says who sells; there is no PDF before. */
  number: string | null
  refundId: string | null
  currency: string
  totalMinor: number
  issuedAt: string
}

export interface Sales {
  ticketTypes: { id: string; name: LocalisedText; capacity: number; held: number; sold: number }[]
  orders: Partial<Record<OrderState, number>>
  revenue: { currency: string; amountMinor: number }[]
}

export type Role = 'owner' | 'manager' | 'finance' | 'support' | 'door' | 'viewer'

export interface Organizer {
  id: string
  name: string
  contactEmail?: string | null
  version?: number
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
