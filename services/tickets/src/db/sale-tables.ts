import type { ColumnType, Generated } from 'kysely'
import type { GivenConsent } from '../consents/consent-schema.ts'
import type { EventStatus, Venue } from '../events/event.ts'
import type { Texts } from '../events/texts.ts'
import type { OrderState } from '../orders/order-state.ts'

export interface EventTable {
  event_id: string
  organizer_id: string
  version: number
  status: EventStatus
  title: Texts
  starts_at: Date
  ends_at: Date
  time_zone: string
  venue: Venue
  closed_at: Date | null
  settling: Generated<boolean>
}

export interface TicketTypeTable {
  event_id: string
  id: string
  name: Texts
  description: Texts | null
  price_minor: number
  currency: string
  min_per_order: number
  max_per_order: number
  sales_start_at: Date | null
  sales_end_at: Date | null
  hidden: Generated<boolean>
  paused: Generated<boolean>
  max_per_buyer: number | null
  pricing: Generated<'fixed' | 'chosen'>
  suggested_price_minor: number | null
  add_on_to: Generated<string[]>
  max_per_ticket: number | null
  vat_rate_id: string | null
  version: Generated<number>
  created_at: Date
}

export interface AllotmentTable {
  event_id: string
  id: string
  ticket_type_id: string | null
  kind: Generated<'type' | 'shared' | 'event' | 'promo'>
  name: Texts | null
  capacity: number
  held: Generated<number>
  sold: Generated<number>
  waiting: Generated<number>
  terms_version: Generated<number>
  version: Generated<number>
}

export interface PromoCodeTable {
  event_id: string
  id: string
  code: string
  discount_percent: number | null
  discount_minor: number | null
  ticket_type_ids: Generated<string[]>
  unlocks: Generated<boolean>
  allotment_id: string | null
  starts_at: Date | null
  ends_at: Date | null
  active: Generated<boolean>
  version: Generated<number>
  created_at: Date
}

export interface WaitingEntryTable {
  event_id: string
  id: string
  ticket_type_id: string
  email: string | null
  quantity: number
  locale: string
  state: 'waiting' | 'offered' | 'left'
  order_id: string | null
  created_at: Date
  ended_at: Date | null
}

export interface TicketTypeAllotmentTable {
  event_id: string
  ticket_type_id: string
  allotment_id: string
}

export interface OrderTable {
  event_id: string
  id: string
  organizer_id: string
  state: OrderState
  number: string | null
  buyer_user_id: string | null
  buyer_name: string | null
  buyer_email: string | null
  locale: string
  currency: string
  total_minor: number
  expires_at: Date
  extensions: Generated<number>
  created_at: Date
  confirmed_at: Date | null
  ended_at: Date | null
  version: Generated<number>
  allotment_ids: Generated<string[]>
  allotment_places: Generated<number[]>
  promo_code_id: string | null
  promo_code: string | null
  buyer_key: string | null
  waiting_entry_id: string | null
  refunded_minor: Generated<number>
  buyer_phone: string | null
  consents: ColumnType<GivenConsent[] | null, string | null, string | null>
  secret_version: Generated<number>
}

export interface OrderRecipientChangeTable {
  event_id: string
  order_id: string
  number: number
  changed_at: Date
  /** `buyer`, or the id of the member. */
  changed_by: string
  request_digest: Buffer | null
}

export interface TicketTransferTable {
  event_id: string
  order_id: string
  ticket_id: string
  code_version: number
  kind: 'passed-on' | 'taken-back'
  changed_at: Date
  /** `buyer`, or the id of the member. */
  changed_by: string
}

export interface OrderLineTable {
  event_id: string
  order_id: string
  line_number: number
  ticket_type_id: string
  type_name: Texts
  quantity: number
  unit_price_minor: number
  full_price_minor: number | null
  unit_fee_minor: Generated<number>
  vat_bp: number | null
  fee_vat_bp: number | null
  void_quantity: Generated<number>
}

export interface CheckInTable {
  event_id: string
  ticket_id: string
  checked_in_by: string
  checked_in_at: Date
}

export interface TicketTable {
  event_id: string
  id: string
  order_id: string
  ticket_type_id: string
  line_number: number
  holder_name: string | null
  code_version: Generated<number>
  state: 'valid' | 'void'
  created_at: Date
  holder_email: string | null
  transferred_at: Date | null
  transfers: Generated<number>
}
