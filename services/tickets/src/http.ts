import type { App } from '@guichet/server'
import type { Context } from './context.ts'
import { assignBankEntries } from './routes/assign-bank-entries.ts'
import { cancelOrder } from './routes/cancel-order.ts'
import { checkInTicket } from './routes/check-in-ticket.ts'
import { checkPaymentRoute } from './routes/check-payment.ts'
import { checkPaymentAccount } from './routes/check-payment-account.ts'
import { closeBankEntry } from './routes/close-bank-entry.ts'
import { closeEvent } from './routes/close-event.ts'
import { correctBuyerEmail } from './routes/correct-buyer-email.ts'
import { countAudience } from './routes/count-audience.ts'
import { createAllotment } from './routes/create-allotment.ts'
import { createPayment } from './routes/create-payment.ts'
import { createPaymentAccount } from './routes/create-payment-account.ts'
import { createPromoCode } from './routes/create-promo-code.ts'
import { createTicketType } from './routes/create-ticket-type.ts'
import { createVatRate } from './routes/create-vat-rate.ts'
import { deleteAllotment } from './routes/delete-allotment.ts'
import { deleteEventRefundPolicy } from './routes/delete-event-refund-policy.ts'
import { deletePaymentAccount } from './routes/delete-payment-account.ts'
import { deletePromoCode } from './routes/delete-promo-code.ts'
import { deleteTicketType } from './routes/delete-ticket-type.ts'
import { exportLedger } from './routes/export-ledger.ts'
import { extendOrder } from './routes/extend-order.ts'
import { getEventRefundPolicy } from './routes/get-event-refund-policy.ts'
import { getEventSales } from './routes/get-event-sales.ts'
import { getInvoicePdf } from './routes/get-invoice-pdf.ts'
import { getLedgerBalances } from './routes/get-ledger-balances.ts'
import { getOrder } from './routes/get-order.ts'
import { getPaymentAccount } from './routes/get-payment-account.ts'
import { getRefundPolicy } from './routes/get-refund-policy.ts'
import { getSeller } from './routes/get-seller.ts'
import { getTicket } from './routes/get-ticket.ts'
import { getTicketPdf } from './routes/get-ticket-pdf.ts'
import { getTicketsPdf } from './routes/get-tickets-pdf.ts'
import { getWaitingEntry } from './routes/get-waiting-entry.ts'
import { importStatement } from './routes/import-statement.ts'
import { joinWaitingList } from './routes/join-waiting-list.ts'
import { leaveWaitingList } from './routes/leave-waiting-list.ts'
import { listAllotments } from './routes/list-allotments.ts'
import { listAudience } from './routes/list-audience.ts'
import { listBankEntries } from './routes/list-bank-entries.ts'
import { listBankTransfers } from './routes/list-bank-transfers.ts'
import { listConfirmedOrders } from './routes/list-confirmed-orders.ts'
import { listDisputes } from './routes/list-disputes.ts'
import { listEventOrders } from './routes/list-event-orders.ts'
import { listEventPaymentProviders } from './routes/list-event-payment-providers.ts'
import { listFeePolicies } from './routes/list-fee-policies.ts'
import { listInvoices } from './routes/list-invoices.ts'
import { listLedger } from './routes/list-ledger.ts'
import { listMyOrders } from './routes/list-my-orders.ts'
import { listOrderInvoices } from './routes/list-order-invoices.ts'
import { listOrderPayments } from './routes/list-order-payments.ts'
import { listOrderRefunds } from './routes/list-order-refunds.ts'
import { listPaymentAccounts } from './routes/list-payment-accounts.ts'
import { listPromoCodes } from './routes/list-promo-codes.ts'
import { listRecipientChanges } from './routes/list-recipient-changes.ts'
import { listReconciliationDifferences } from './routes/list-reconciliation-differences.ts'
import { listReconciliationRuns } from './routes/list-reconciliation-runs.ts'
import { listRefundRuns } from './routes/list-refund-runs.ts'
import { listRefunds } from './routes/list-refunds.ts'
import { listTicketTypes } from './routes/list-ticket-types.ts'
import { listVatRates } from './routes/list-vat-rates.ts'
import { listWaitingEntries } from './routes/list-waiting-entries.ts'
import { passOnTicket } from './routes/pass-on-ticket.ts'
import { placeOrderRoute } from './routes/place-order.ts'
import { previewStatement } from './routes/preview-statement.ts'
import { receivePaymentWebhook } from './routes/receive-payment-webhook.ts'
import { receiveSimulatedWebhook } from './routes/receive-simulated-webhook.ts'
import { recordPayment } from './routes/record-payment.ts'
import { refundOrderRoute } from './routes/refund-order.ts'
import { repairDifferenceRoute } from './routes/repair-difference.ts'
import { requestRefund } from './routes/request-refund.ts'
import { retryRefund } from './routes/retry-refund.ts'
import { saveEventRefundPolicy } from './routes/save-event-refund-policy.ts'
import { saveFeePolicy } from './routes/save-fee-policy.ts'
import { saveRefundPolicy } from './routes/save-refund-policy.ts'
import { saveSeller } from './routes/save-seller.ts'
import { settleRefund } from './routes/settle-refund.ts'
import { startReconciliation } from './routes/start-reconciliation.ts'
import { startRefundRun } from './routes/start-refund-run.ts'
import { takeBackTicket } from './routes/take-back-ticket.ts'
import { undoCheckInRoute } from './routes/undo-check-in.ts'
import { updateAllotment } from './routes/update-allotment.ts'
import { updateOrder } from './routes/update-order.ts'
import { updatePaymentAccount } from './routes/update-payment-account.ts'
import { updatePromoCode } from './routes/update-promo-code.ts'
import { updateTicketType } from './routes/update-ticket-type.ts'
import { updateVatRate } from './routes/update-vat-rate.ts'

/** The whole surface of the service. */
export function addRoutes(app: App, ctx: Context): void {
  listTicketTypes(app, ctx)
  createTicketType(app, ctx)
  updateTicketType(app, ctx)
  deleteTicketType(app, ctx)
  listAllotments(app, ctx)
  createAllotment(app, ctx)
  updateAllotment(app, ctx)
  deleteAllotment(app, ctx)
  listPromoCodes(app, ctx)
  createPromoCode(app, ctx)
  updatePromoCode(app, ctx)
  deletePromoCode(app, ctx)
  placeOrderRoute(app, ctx)
  getOrder(app, ctx)
  getTicketsPdf(app, ctx)
  passOnTicket(app, ctx)
  takeBackTicket(app, ctx)
  getTicket(app, ctx)
  getTicketPdf(app, ctx)
  updateOrder(app, ctx)
  correctBuyerEmail(app, ctx)
  extendOrder(app, ctx)
  cancelOrder(app, ctx)
  createPayment(app, ctx)
  checkPaymentRoute(app, ctx)
  refundOrderRoute(app, ctx)
  listOrderPayments(app, ctx)
  listRecipientChanges(app, ctx)
  listOrderRefunds(app, ctx)
  requestRefund(app, ctx)
  listRefunds(app, ctx)
  retryRefund(app, ctx)
  settleRefund(app, ctx)
  startRefundRun(app, ctx)
  listRefundRuns(app, ctx)
  getRefundPolicy(app, ctx)
  saveRefundPolicy(app, ctx)
  getEventRefundPolicy(app, ctx)
  saveEventRefundPolicy(app, ctx)
  deleteEventRefundPolicy(app, ctx)
  listDisputes(app, ctx)
  checkInTicket(app, ctx)
  undoCheckInRoute(app, ctx)
  listMyOrders(app, ctx)
  listEventOrders(app, ctx)
  getEventSales(app, ctx)
  listEventPaymentProviders(app, ctx)
  listPaymentAccounts(app, ctx)
  createPaymentAccount(app, ctx)
  getPaymentAccount(app, ctx)
  updatePaymentAccount(app, ctx)
  deletePaymentAccount(app, ctx)
  checkPaymentAccount(app, ctx)
  receivePaymentWebhook(app, ctx)
  recordPayment(app, ctx)
  previewStatement(app, ctx)
  importStatement(app, ctx)
  listBankTransfers(app, ctx)
  listBankEntries(app, ctx)
  assignBankEntries(app, ctx)
  closeBankEntry(app, ctx)
  receiveSimulatedWebhook(app, ctx)
  listVatRates(app, ctx)
  createVatRate(app, ctx)
  updateVatRate(app, ctx)
  listFeePolicies(app, ctx)
  saveFeePolicy(app, ctx)
  getSeller(app, ctx)
  saveSeller(app, ctx)
  listInvoices(app, ctx)
  listOrderInvoices(app, ctx)
  getInvoicePdf(app, ctx)
  closeEvent(app, ctx)
  listConfirmedOrders(app, ctx)
  listAudience(app, ctx)
  countAudience(app, ctx)
  joinWaitingList(app, ctx)
  listWaitingEntries(app, ctx)
  getWaitingEntry(app, ctx)
  leaveWaitingList(app, ctx)
  listLedger(app, ctx)
  getLedgerBalances(app, ctx)
  exportLedger(app, ctx)
  listReconciliationRuns(app, ctx)
  startReconciliation(app, ctx)
  listReconciliationDifferences(app, ctx)
  repairDifferenceRoute(app, ctx)
}
