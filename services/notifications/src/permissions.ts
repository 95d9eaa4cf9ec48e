import { defineAccess } from '@guichet/server'

/** Role → permission → route. A route without a row does not start. */
export const ACCESS = defineAccess({
  permissions: {
    'delivery.read': ['owner', 'manager', 'support'],
    'delivery.retry': ['owner', 'manager', 'support'],
    // Whole addresses are for those who answer buyers; the others see them masked.
    'delivery.read-recipient': ['owner', 'support'],
  },
  routes: {
    listDeliveries: 'delivery.read',
    getDelivery: 'delivery.read',
    retryDelivery: 'delivery.retry',
  },
})
