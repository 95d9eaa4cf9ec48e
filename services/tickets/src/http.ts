import type { App } from '@guichet/server'
import type { Context } from './context.ts'
import { cancelOrder } from './routes/cancel-order.ts'
import { checkPaymentRoute } from './routes/check-payment.ts'
import { closeEvent } from './routes/close-event.ts'
import { createAllotment } from './routes/create-allotment.ts'
import { createPayment } from './routes/create-payment.ts'
import { createPromoCode } from './routes/create-promo-code.ts'
import { createTicketType } from './routes/create-ticket-type.ts'
import { deleteAllotment } from './routes/delete-allotment.ts'
import { deletePromoCode } from './routes/delete-promo-code.ts'
import { deleteTicketType } from './routes/delete-ticket-type.ts'
import { extendOrder } from './routes/extend-order.ts'
import { getEventSales } from './routes/get-event-sales.ts'
import { getOrder } from './routes/get-order.ts'
import { getWaitingEntry } from './routes/get-waiting-entry.ts'
import { joinWaitingList } from './routes/join-waiting-list.ts'
import { leaveWaitingList } from './routes/leave-waiting-list.ts'
import { listAllotments } from './routes/list-allotments.ts'
import { listConfirmedOrders } from './routes/list-confirmed-orders.ts'
import { listEventOrders } from './routes/list-event-orders.ts'
import { listMyOrders } from './routes/list-my-orders.ts'
import { listPaymentProviders } from './routes/list-payment-providers.ts'
import { listPromoCodes } from './routes/list-promo-codes.ts'
import { listTicketTypes } from './routes/list-ticket-types.ts'
import { listWaitingEntries } from './routes/list-waiting-entries.ts'
import { placeOrderRoute } from './routes/place-order.ts'
import { receiveSimulatedWebhook } from './routes/receive-simulated-webhook.ts'
import { refundOrderRoute } from './routes/refund-order.ts'
import { updateAllotment } from './routes/update-allotment.ts'
import { updateOrder } from './routes/update-order.ts'
import { updatePromoCode } from './routes/update-promo-code.ts'
import { updateTicketType } from './routes/update-ticket-type.ts'

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
  updateOrder(app, ctx)
  extendOrder(app, ctx)
  cancelOrder(app, ctx)
  createPayment(app, ctx)
  checkPaymentRoute(app, ctx)
  refundOrderRoute(app, ctx)
  listMyOrders(app, ctx)
  listEventOrders(app, ctx)
  getEventSales(app, ctx)
  listPaymentProviders(app, ctx)
  receiveSimulatedWebhook(app, ctx)
  closeEvent(app, ctx)
  listConfirmedOrders(app, ctx)
  joinWaitingList(app, ctx)
  listWaitingEntries(app, ctx)
  getWaitingEntry(app, ctx)
  leaveWaitingList(app, ctx)
}
