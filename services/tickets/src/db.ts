import type { Db, Tx } from '@guichet/database'
import type { IdempotencyTable, TokenCutoffTable } from '@guichet/server'
import type { ColumnType, Generated, Selectable } from 'kysely'
import type { EventStatus, Venue } from './events/event.ts'
import type { Texts } from './events/texts.ts'
import type { InvoiceContent } from './invoices/invoice.ts'
import type { LedgerKind } from './ledger/post-ledger.ts'
import type { OrderState } from './orders/order-state.ts'
import type { PaymentProblem, PaymentState } from './payments/payment.ts'
import type { Mode, ProviderErrorKind, ProviderName } from './payments/provider.ts'
import type { DifferenceKind } from './reconciliation/kinds.ts'
import type { RefundReason, RefundState } from './refunds/refund.ts'
import type { RefundTotals } from './refunds/refund-run.ts'

interface EventTable {
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

interface TicketTypeTable {
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

interface AllotmentTable {
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

interface PromoCodeTable {
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

interface WaitingEntryTable {
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

interface TicketTypeAllotmentTable {
  event_id: string
  ticket_type_id: string
  allotment_id: string
}

interface OrderTable {
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
}

interface OrderLineTable {
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

interface PaymentAccountTable {
  id: string
  organizer_id: string
  provider: Exclude<ProviderName, 'simulated'>
  mode: Mode
  settings: object
  secrets: Buffer
  enabled: Generated<boolean>
  last_checked_at: Date | null
  last_problem: ColumnType<{ kind: ProviderErrorKind; words: string } | null, string | undefined, string | null>
  version: Generated<number>
  created_at: Date
}

interface VatRateTable {
  organizer_id: string
  id: string
  name: string
  archived: Generated<boolean>
  version: Generated<number>
  created_at: Date
}

interface FeePolicyTable {
  organizer_id: string
  currency: string
  paid_by: 'buyer' | 'organizer'
  percent_bp: number
  fixed_minor: number
  vat_rate_id: string | null
  version: Generated<number>
}

interface SellerTable {
  organizer_id: string
  name: string
  address: string
  country: string
  vat_number: string | null
  registration: string | null
  note: string | null
  invoice_prefix: string
  credit_note_prefix: string
  version: Generated<number>
}

interface InvoiceTable {
  event_id: string
  id: string
  organizer_id: string
  kind: 'invoice' | 'credit-note'
  number: number
  order_id: string
  refund_id: string | null
  currency: string
  total_minor: number
  content: InvoiceContent
  issued_at: Date
}

interface BankTransferTable {
  payment_id: string
  account_id: string
  reference: string
  amount_minor: number
  currency: string
  closed_at: Date | null
  created_at: Generated<Date>
}

interface BankEntryTable {
  id: string
  account_id: string
  source: 'statement' | 'hand'
  row_digest: Buffer
  booked_on: string
  amount_minor: number
  currency: string
  text: string
  outcome: 'paid' | 'part' | 'wrong-amount' | 'paid-already' | 'unmatched' | 'sent-back' | 'recorded-before'
  payment_id: string | null
  recorded_by: string
  created_at: Date
  settled_at: Date | null
  note: string | null
  closed_by: string | null
  closed_at: Date | null
}

interface PaymentTable {
  event_id: string
  id: string
  order_id: string
  provider: string
  state: PaymentState
  amount_minor: number
  currency: string
  return_url: string | null
  provider_reference: string | null
  redirect_url: string | null
  charged_minor: number | null
  charged_currency: string | null
  problem: PaymentProblem | null
  created_at: Date
  settled_at: Date | null
  next_check_at: Date
  checks: Generated<number>
  account_id: string | null
  mode: Mode | null
}

interface RefundTable {
  event_id: string
  id: string
  order_id: string
  payment_id: string
  reason: RefundReason
  state: RefundState
  amount_minor: number
  currency: string
  requested_by: string | null
  provider_reference: string | null
  created_at: Date
  settled_at: Date | null
  next_attempt_at: Date
  attempts: Generated<number>
  last_error: string | null
  ends_order: Generated<boolean>
  run_id: string | null
  note: string | null
  series: Generated<number>
  settled_by: string | null
}

interface RefundLineTable {
  event_id: string
  refund_id: string
  line_number: number
  quantity: number
  amount_minor: number
}

interface RefundTicketTable {
  event_id: string
  ticket_id: string
  refund_id: string
}

interface RefundRunTable {
  event_id: string
  id: string
  organizer_id: string
  requested_by: string
  ticket_type_ids: Generated<string[]>
  force: boolean
  note: string | null
  state: 'running' | 'done'
  last_order_id: string | null
  orders_done: Generated<number>
  tickets_done: Generated<number>
  amount_done_minor: Generated<number>
  planned: RefundTotals
  created_at: Date
  finished_at: Date | null
}

interface RefundPolicyTable {
  organizer_id: string
  event_id: string | null
  enabled: boolean
  until_days: number
  kept_bp: number
  version: Generated<number>
}

interface DisputeTable {
  event_id: string
  id: string
  order_id: string
  payment_id: string
  provider: string
  provider_reference: string
  state: 'open' | 'won' | 'lost'
  amount_minor: number
  currency: string
  reason: string
  respond_by: Date | null
  opened_at: Date
  closed_at: Date | null
}

interface CheckInTable {
  event_id: string
  ticket_id: string
  checked_in_by: string
  checked_in_at: Date
}

interface TicketTable {
  event_id: string
  id: string
  order_id: string
  ticket_type_id: string
  line_number: number
  holder_name: string | null
  code_version: Generated<number>
  state: 'valid' | 'void'
  created_at: Date
}

interface LedgerTransactionTable {
  source_id: string
  kind: LedgerKind
  organizer_id: string
  event_id: string | null
  order_id: string | null
  currency: string
  accounts: string[]
  amounts: number[]
  occurred_at: Date
}

interface ReconciliationRunTable {
  id: string
  organizer_id: string
  trigger: 'daily' | 'member' | 'command'
  since: Date
  repair: Generated<boolean>
  requested_by: string | null
  requested_at: Date
  started_at: Date | null
  leased_until: Date | null
  finished_at: Date | null
  events: Generated<number>
  payments_asked: Generated<number>
  payments_unasked: Generated<number>
  found: Generated<number>
  repaired: Generated<number>
}

interface ReconciliationDifferenceTable {
  id: string
  organizer_id: string
  event_id: string
  kind: DifferenceKind
  subject_id: string
  order_id: string | null
  currency: string | null
  expected: number | null
  actual: number | null
  detail: Record<string, string | number | boolean | null>
  state: 'open' | 'repaired' | 'gone'
  first_seen_at: Date
  last_seen_at: Date
  ended_at: Date | null
  repaired_by: string | null
  last_error: string | null
}

export interface Schema extends IdempotencyTable, TokenCutoffTable {
  event: EventTable
  ticket_type: TicketTypeTable
  allotment: AllotmentTable
  ticket_type_allotment: TicketTypeAllotmentTable
  promo_code: PromoCodeTable
  waiting_entry: WaitingEntryTable
  orders: OrderTable
  order_line: OrderLineTable
  payment_account: PaymentAccountTable
  bank_transfer: BankTransferTable
  bank_entry: BankEntryTable
  payment: PaymentTable
  payment_event: {
    provider: string
    account_id: string | null
    webhook_id: string
    received_at: Generated<Date>
  }
  refund: RefundTable
  refund_line: RefundLineTable
  refund_ticket: RefundTicketTable
  refund_run: RefundRunTable
  refund_policy: RefundPolicyTable
  dispute: DisputeTable
  check_in: CheckInTable
  ticket: TicketTable
  ledger_transaction: LedgerTransactionTable
  reconciliation_run: ReconciliationRunTable
  reconciliation_difference: ReconciliationDifferenceTable
  order_number: {
    organizer_id: string
    last_number: Generated<number>
    last_invoice: Generated<number>
    last_credit_note: Generated<number>
    last_issued_at: Generated<Date>
  }
  vat_rate: VatRateTable
  vat_rate_period: { organizer_id: string; vat_rate_id: string; starts_on: string; bp: number }
  fee_policy: FeePolicyTable
  seller: SellerTable
  invoice: InvoiceTable
}

export type TicketsDb = Db<Schema>
export type TicketsTx = Tx<Schema>
export type EventRow = Selectable<EventTable>
export type TicketTypeRow = Selectable<TicketTypeTable>
export type AllotmentRow = Selectable<AllotmentTable>
export type PromoCodeRow = Selectable<PromoCodeTable>
export type WaitingEntryRow = Selectable<WaitingEntryTable>
export type OrderRow = Selectable<OrderTable>
export type OrderLineRow = Selectable<OrderLineTable>
export type BankTransferRow = Selectable<BankTransferTable>
export type BankEntryRow = Selectable<BankEntryTable>
export type PaymentAccountRow = Selectable<PaymentAccountTable>
export type PaymentRow = Selectable<PaymentTable>
export type RefundRow = Selectable<RefundTable>
export type RefundRunRow = Selectable<RefundRunTable>
export type DisputeRow = Selectable<DisputeTable>
export type RefundPolicyRow = Selectable<RefundPolicyTable>
export type RunRow = Selectable<ReconciliationRunTable>
export type DifferenceRow = Selectable<ReconciliationDifferenceTable>
export type TicketRow = Selectable<TicketTable>
export type VatRateRow = Selectable<VatRateTable>
export type FeePolicyRow = Selectable<FeePolicyTable>
export type SellerRow = Selectable<SellerTable>
export type InvoiceRow = Selectable<InvoiceTable>

/**
 * Every column by name: a star would show a running service the columns of the next migration, and break its prepared
 * statements.
 */
export const COLUMNS = {
  event: [
    'event_id',
    'organizer_id',
    'version',
    'status',
    'title',
    'starts_at',
    'ends_at',
    'time_zone',
    'venue',
    'closed_at',
    'settling',
  ],
  ticket_type: [
    'event_id',
    'id',
    'name',
    'description',
    'price_minor',
    'currency',
    'min_per_order',
    'max_per_order',
    'sales_start_at',
    'sales_end_at',
    'hidden',
    'paused',
    'max_per_buyer',
    'pricing',
    'suggested_price_minor',
    'add_on_to',
    'max_per_ticket',
    'vat_rate_id',
    'version',
    'created_at',
  ],
  allotment: [
    'event_id',
    'id',
    'ticket_type_id',
    'kind',
    'name',
    'capacity',
    'held',
    'sold',
    'waiting',
    'terms_version',
    'version',
  ],
  promo_code: [
    'event_id',
    'id',
    'code',
    'discount_percent',
    'discount_minor',
    'ticket_type_ids',
    'unlocks',
    'allotment_id',
    'starts_at',
    'ends_at',
    'active',
    'version',
    'created_at',
  ],
  waiting_entry: [
    'event_id',
    'id',
    'ticket_type_id',
    'email',
    'quantity',
    'locale',
    'state',
    'order_id',
    'created_at',
    'ended_at',
  ],
  orders: [
    'event_id',
    'id',
    'organizer_id',
    'state',
    'number',
    'buyer_user_id',
    'buyer_name',
    'buyer_email',
    'locale',
    'currency',
    'total_minor',
    'expires_at',
    'extensions',
    'created_at',
    'confirmed_at',
    'ended_at',
    'version',
    'allotment_ids',
    'allotment_places',
    'promo_code_id',
    'promo_code',
    'buyer_key',
    'waiting_entry_id',
    'refunded_minor',
  ],
  order_line: [
    'event_id',
    'order_id',
    'line_number',
    'ticket_type_id',
    'type_name',
    'quantity',
    'unit_price_minor',
    'full_price_minor',
    'unit_fee_minor',
    'vat_bp',
    'fee_vat_bp',
    'void_quantity',
  ],
  vat_rate: ['organizer_id', 'id', 'name', 'archived', 'version', 'created_at'],
  fee_policy: ['organizer_id', 'currency', 'paid_by', 'percent_bp', 'fixed_minor', 'vat_rate_id', 'version'],
  seller: [
    'organizer_id',
    'name',
    'address',
    'country',
    'vat_number',
    'registration',
    'note',
    'invoice_prefix',
    'credit_note_prefix',
    'version',
  ],
  invoice: [
    'event_id',
    'id',
    'organizer_id',
    'kind',
    'number',
    'order_id',
    'refund_id',
    'currency',
    'total_minor',
    'content',
    'issued_at',
  ],
  bank_transfer: ['payment_id', 'account_id', 'reference', 'amount_minor', 'currency', 'closed_at', 'created_at'],
  bank_entry: [
    'id',
    'account_id',
    'source',
    'row_digest',
    'booked_on',
    'amount_minor',
    'currency',
    'text',
    'outcome',
    'payment_id',
    'recorded_by',
    'created_at',
    'settled_at',
    'note',
    'closed_by',
    'closed_at',
  ],
  payment_account: [
    'id',
    'organizer_id',
    'provider',
    'mode',
    'settings',
    'secrets',
    'enabled',
    'last_checked_at',
    'last_problem',
    'version',
    'created_at',
  ],
  payment: [
    'event_id',
    'id',
    'order_id',
    'provider',
    'state',
    'amount_minor',
    'currency',
    'return_url',
    'provider_reference',
    'redirect_url',
    'charged_minor',
    'charged_currency',
    'problem',
    'created_at',
    'settled_at',
    'next_check_at',
    'checks',
    'account_id',
    'mode',
  ],
  refund: [
    'event_id',
    'id',
    'order_id',
    'payment_id',
    'reason',
    'state',
    'amount_minor',
    'currency',
    'requested_by',
    'provider_reference',
    'created_at',
    'settled_at',
    'next_attempt_at',
    'attempts',
    'last_error',
    'ends_order',
    'run_id',
    'note',
    'series',
    'settled_by',
  ],
  refund_run: [
    'event_id',
    'id',
    'organizer_id',
    'requested_by',
    'ticket_type_ids',
    'force',
    'note',
    'state',
    'last_order_id',
    'orders_done',
    'tickets_done',
    'amount_done_minor',
    'planned',
    'created_at',
    'finished_at',
  ],
  dispute: [
    'event_id',
    'id',
    'order_id',
    'payment_id',
    'provider',
    'provider_reference',
    'state',
    'amount_minor',
    'currency',
    'reason',
    'respond_by',
    'opened_at',
    'closed_at',
  ],
  ticket: [
    'event_id',
    'id',
    'order_id',
    'ticket_type_id',
    'line_number',
    'holder_name',
    'code_version',
    'state',
    'created_at',
  ],
  reconciliation_run: [
    'id',
    'organizer_id',
    'trigger',
    'since',
    'repair',
    'requested_by',
    'requested_at',
    'started_at',
    'leased_until',
    'finished_at',
    'events',
    'payments_asked',
    'payments_unasked',
    'found',
    'repaired',
  ],
  reconciliation_difference: [
    'id',
    'organizer_id',
    'event_id',
    'kind',
    'subject_id',
    'order_id',
    'currency',
    'expected',
    'actual',
    'detail',
    'state',
    'first_seen_at',
    'last_seen_at',
    'ended_at',
    'repaired_by',
    'last_error',
  ],
} as const satisfies { [Table in keyof Schema]?: readonly (keyof Schema[Table])[] }
