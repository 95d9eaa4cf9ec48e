import type { ColumnType, Generated } from 'kysely'
import type { InvoiceContent } from '../invoices/invoice.ts'
import type { LedgerKind } from '../ledger/post-ledger.ts'
import type { PaymentProblem, PaymentState } from '../payments/payment.ts'
import type { Mode, ProviderErrorKind, ProviderName } from '../payments/provider.ts'
import type { DifferenceKind } from '../reconciliation/kinds.ts'
import type { RefundReason, RefundState } from '../refunds/refund.ts'
import type { RefundTotals } from '../refunds/refund-run.ts'

export interface PaymentAccountTable {
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

export interface VatRateTable {
  organizer_id: string
  id: string
  name: string
  archived: Generated<boolean>
  version: Generated<number>
  created_at: Date
}

export interface FeePolicyTable {
  organizer_id: string
  currency: string
  paid_by: 'buyer' | 'organizer'
  percent_bp: number
  fixed_minor: number
  vat_rate_id: string | null
  version: Generated<number>
}

export interface SellerTable {
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

export interface InvoiceTable {
  event_id: string
  id: string
  organizer_id: string
  kind: 'invoice' | 'credit-note'
  mode: Mode
  number: number
  order_id: string
  refund_id: string | null
  currency: string
  total_minor: number
  content: InvoiceContent
  issued_at: Date
}

export interface BankTransferTable {
  payment_id: string
  account_id: string
  reference: string
  amount_minor: number
  currency: string
  closed_at: Date | null
  created_at: Generated<Date>
}

export interface BankEntryTable {
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

export interface PaymentTable {
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

export interface RefundTable {
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

export interface RefundLineTable {
  event_id: string
  refund_id: string
  line_number: number
  quantity: number
  amount_minor: number
}

export interface RefundTicketTable {
  event_id: string
  ticket_id: string
  refund_id: string
}

export interface RefundRunTable {
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

export interface RefundPolicyTable {
  organizer_id: string
  event_id: string | null
  enabled: boolean
  until_days: number
  kept_bp: number
  version: Generated<number>
}

export interface DisputeTable {
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

export interface LedgerTransactionTable {
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

export interface ReconciliationRunTable {
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

export interface ReconciliationDifferenceTable {
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
