import type { Db, Tx } from '@guichet/database'
import type { IdempotencyTable, TokenCutoffTable } from '@guichet/server'
import type { Generated, Selectable } from 'kysely'
import type {
  BankEntryTable,
  BankTransferTable,
  DisputeTable,
  FeePolicyTable,
  InvoiceTable,
  LedgerTransactionTable,
  PaymentAccountTable,
  PaymentTable,
  ReconciliationDifferenceTable,
  ReconciliationRunTable,
  RefundLineTable,
  RefundPolicyTable,
  RefundRunTable,
  RefundTable,
  RefundTicketTable,
  SellerTable,
  VatRateTable,
} from './db/money-tables.ts'
import type {
  AllotmentTable,
  CheckInTable,
  EventTable,
  OrderLineTable,
  OrderRecipientChangeTable,
  OrderTable,
  PromoCodeTable,
  TicketTable,
  TicketTransferTable,
  TicketTypeAllotmentTable,
  TicketTypeTable,
  WaitingEntryTable,
} from './db/sale-tables.ts'

export { COLUMNS } from './db/columns.ts'

export interface Schema extends IdempotencyTable, TokenCutoffTable {
  event: EventTable
  ticket_type: TicketTypeTable
  allotment: AllotmentTable
  ticket_type_allotment: TicketTypeAllotmentTable
  promo_code: PromoCodeTable
  waiting_entry: WaitingEntryTable
  orders: OrderTable
  order_line: OrderLineTable
  order_recipient_change: OrderRecipientChangeTable
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
  ticket_transfer: TicketTransferTable
  ledger_transaction: LedgerTransactionTable
  reconciliation_run: ReconciliationRunTable
  reconciliation_difference: ReconciliationDifferenceTable
  order_number: {
    organizer_id: string
    last_number: Generated<number>
    last_invoice: Generated<number>
    last_credit_note: Generated<number>
    last_test_invoice: Generated<number>
    last_test_credit_note: Generated<number>
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
