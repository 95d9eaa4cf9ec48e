/** The parts of the answers about money that the console uses (contracts/http/tickets.yaml). */

export type AccountProvider = 'stripe' | 'paypal' | 'bank-transfer'
export type PaymentMode = 'test' | 'live'

/** What a provider said against an account, in its own words. */
export interface ProviderProblem {
  kind: 'refused' | 'unavailable' | 'misconfigured'
  words: string
}

export interface PaymentAccount {
  id: string
  organizerId: string
  provider: AccountProvider
  mode: PaymentMode
  /** paypal: clientId, webhookId. bank-transfer: beneficiary, iban, bic, dueDays. */
  settings: Record<string, string | number | null>
  /** Which secrets there are: they are never answered. */
  secretsGiven: string[]
  enabled: boolean
  webhookUrl: string | null
  lastCheckedAt: string | null
  lastProblem: ProviderProblem | null
  createdAt: string
  version: number
}

export interface VatRate {
  id: string
  name: string
  archived: boolean
  /** In the order of time; in basis points. */
  periods: { startsOn: string; bp: number }[]
  version: number
}

export interface FeePolicy {
  currency: string
  paidBy: 'buyer' | 'organizer'
  percentBp: number
  fixedMinor: number
  vatRateId: string | null
  version: number
}

export interface Seller {
  name: string
  address: string
  country: string
  vatNumber: string | null
  registration: string | null
  note: string | null
  invoicePrefix: string
  creditNotePrefix: string
  version: number
}

export interface Invoice {
  id: string
  kind: 'invoice' | 'credit-note'
  /** `null` until the organizer says who sells. */
  number: string | null
  /** `test`: no money moved; it is no invoice. */
  mode: PaymentMode
  eventId: string
  orderId: string
  orderNumber: string
  buyerName: string | null
  currency: string
  totalMinor: number
  vat: { bp: number | null; grossMinor: number; vatMinor: number }[]
  issuedAt: string
}

export interface Dispute {
  id: string
  eventId: string
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

export const LEDGER_KINDS = [
  'charge',
  'sale',
  'refund-promised',
  'refund-paid',
  'refund-failed',
  'dispute-opened',
  'dispute-won',
  'dispute-lost',
  'manual',
  'entry-arrived',
  'entry-assigned',
  'entry-closed',
] as const

export interface LedgerTransaction {
  kind: (typeof LEDGER_KINDS)[number]
  source: string
  eventId: string | null
  orderId: string | null
  currency: string
  occurredAt: string
  /** Debits are positive. */
  postings: { account: string; amountMinor: number }[]
}

export interface AccountBalance {
  account: string
  currency: string
  debitMinor: number
  creditMinor: number
  balanceMinor: number
}

export interface ReconciliationRun {
  id: string
  trigger: 'daily' | 'member' | 'command'
  state: 'waiting' | 'running' | 'done'
  requestedAt: string
  finishedAt: string | null
  events: number
  paymentsAsked: number
  paymentsUnasked: number
  found: number
  repaired: number
}

export const DIFFERENCE_KINDS = [
  'charge-unrecorded',
  'charge-missing',
  'charge-differs',
  'refund-unrecorded',
  'refund-missing',
  'refund-differs',
  'refund-overdue',
  'refund-refused',
  'refund-exceeds-charge',
  'money-stranded',
  'order-not-paid-once',
  'order-refunded-differs',
  'order-total-differs',
  'hold-overdue',
  'tickets-missing',
  'tickets-differ',
  'stock-differs',
  'ledger-missing',
  'ledger-differs',
  'ledger-unfounded',
] as const
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number]

export interface Difference {
  id: string
  kind: DifferenceKind
  subject: string
  eventId: string
  orderId: string | null
  currency: string | null
  expected: number | null
  actual: number | null
  detail: Record<string, string | number | boolean | null>
  repairable: boolean
  state: 'open' | 'repaired' | 'gone'
  firstSeenAt: string
  lastSeenAt: string
  endedAt: string | null
  lastError: string | null
}

export type RowOutcome =
  | 'paid'
  | 'wrong-amount'
  | 'paid-already'
  | 'unmatched'
  | 'duplicate'
  | 'outgoing'
  | 'unreadable'

export interface StatementRow {
  row: number
  outcome: RowOutcome
  bookedOn: string | null
  amountMinor: number | null
  currency: string | null
  text: string
  expectedMinor: number | null
  orderId: string | null
  eventId: string | null
}

export interface Statement {
  rows: StatementRow[]
  counts: Partial<Record<RowOutcome, number>>
  /** Paid, in minor units, by currency. */
  totals: Record<string, number>
}

export interface BankTransfer {
  paymentId: string
  orderId: string
  eventId: string
  reference: string
  amountMinor: number
  currency: string
  buyerName: string | null
  dueAt: string
}

export interface BankEntry {
  id: string
  source: 'statement' | 'hand'
  outcome: RowOutcome
  bookedOn: string
  amountMinor: number
  currency: string
  text: string
  /** The payment whose reference it names. */
  paymentId: string | null
  createdAt: string
}
