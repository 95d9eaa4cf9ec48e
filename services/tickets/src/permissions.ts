import { defineAccess } from '@guichet/server'

/** Who may do what. A route of rule `secret` is for the buyer, whoever holds the order's secret, and who its handler names. */
export const access = defineAccess({
  permissions: {
    'ticket-type.write': ['owner', 'manager'],
    'order.read': ['owner', 'manager', 'finance', 'support', 'viewer'],
    'order.cancel': ['owner', 'manager', 'support'],
    'order.refund': ['owner', 'manager', 'finance'],
    /** Sees the codes, with which anyone is let in. */
    'ticket.read': ['owner', 'manager', 'support'],
  },
  routes: {
    listTicketTypes: 'public',
    createTicketType: 'ticket-type.write',
    updateTicketType: 'ticket-type.write',
    deleteTicketType: 'ticket-type.write',
    listAllotments: 'ticket-type.write',
    createAllotment: 'ticket-type.write',
    updateAllotment: 'ticket-type.write',
    deleteAllotment: 'ticket-type.write',
    placeOrder: 'public',
    getOrder: 'secret',
    updateOrder: 'secret',
    extendOrder: 'secret',
    cancelOrder: 'secret',
    createPayment: 'secret',
    checkPayment: 'secret',
    refundOrder: 'order.refund',
    listMyOrders: 'user',
    listEventOrders: 'order.read',
    getEventSales: 'order.read',
    listPaymentProviders: 'public',
    receiveSimulatedWebhook: 'public',
    closeEvent: { services: ['events'] },
    listConfirmedOrders: { services: ['notifications'] },
    joinWaitingList: 'public',
    listWaitingEntries: 'order.read',
    getWaitingEntry: 'secret',
    leaveWaitingList: 'secret',
  },
})
