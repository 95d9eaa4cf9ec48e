import { DEAD_LETTER_ACCESS } from '@guichet/messaging/dead-letter-routes'
import { defineAccess } from '@guichet/server'

/** Role → permission → route. A route without a row does not start. */
export const ACCESS = defineAccess({
  permissions: {
    'delivery.read': ['owner', 'manager', 'support'],
    'delivery.retry': ['owner', 'manager', 'support'],
    // Whole addresses are for those who answer buyers; the others see them masked.
    'delivery.read-recipient': ['owner', 'support'],
    'template.write': ['owner', 'manager'],
    'consent.read': ['owner', 'manager', 'support'],
    'message.read': ['owner', 'manager', 'support', 'viewer'],
    'message.write': ['owner', 'manager'],
  },
  routes: {
    listTemplates: 'template.write',
    getTemplate: 'template.write',
    saveTemplate: 'template.write',
    resetTemplate: 'template.write',
    previewTemplate: 'template.write',
    testTemplate: 'template.write',
    getMailSettings: 'template.write',
    saveMailSettings: 'template.write',
    listDeliveries: 'delivery.read',
    getDelivery: 'delivery.read',
    retryDelivery: 'delivery.retry',
    ...DEAD_LETTER_ACCESS,
    listReminderRules: 'message.read',
    previewReminder: 'message.read',
    createReminderRule: 'message.write',
    updateReminderRule: 'message.write',
    removeReminderRule: 'message.write',
    getPreferences: 'public',
    savePreferences: 'public',
    unsubscribe: 'public',
    showUnsubscribe: 'public',
    listConsents: 'consent.read',
    exportConsents: 'consent.read',
  },
})
