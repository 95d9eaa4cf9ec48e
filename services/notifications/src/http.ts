import { type App, createServer, type ServerOptions } from '@guichet/server'
import type { Context } from './context.ts'
import { ACCESS } from './permissions.ts'
import { PROBLEMS } from './problems.ts'
import { cancelBulkMessage } from './routes/cancel-bulk-message.ts'
import { countBulkRecipients } from './routes/count-bulk-recipients.ts'
import { createBulkMessage } from './routes/create-bulk-message.ts'
import { createReminderRule } from './routes/create-reminder-rule.ts'
import { createTestEvent } from './routes/create-test-event.ts'
import { createWebhookEndpoint } from './routes/create-webhook-endpoint.ts'
import { deleteWebhookEndpoint } from './routes/delete-webhook-endpoint.ts'
import { exportConsents } from './routes/export-consents.ts'
import { getBulkMessage } from './routes/get-bulk-message.ts'
import { getDelivery } from './routes/get-delivery.ts'
import { getMailSettings } from './routes/get-mail-settings.ts'
import { getPreferences } from './routes/get-preferences.ts'
import { getTemplate } from './routes/get-template.ts'
import { getWebhookDelivery } from './routes/get-webhook-delivery.ts'
import { getWebhookEndpoint } from './routes/get-webhook-endpoint.ts'
import { getWebhookSecrets } from './routes/get-webhook-secrets.ts'
import { listAttempts } from './routes/list-attempts.ts'
import { listBulkMessages } from './routes/list-bulk-messages.ts'
import { listConsents } from './routes/list-consents.ts'
import { listDeliveries } from './routes/list-deliveries.ts'
import { listOrderMessages } from './routes/list-order-messages.ts'
import { listPublicEvents } from './routes/list-public-events.ts'
import { listReminderRules } from './routes/list-reminder-rules.ts'
import { listTemplates } from './routes/list-templates.ts'
import { listWebhookDeliveries } from './routes/list-webhook-deliveries.ts'
import { listWebhookEndpoints } from './routes/list-webhook-endpoints.ts'
import { previewBulkMessage } from './routes/preview-bulk-message.ts'
import { previewReminder } from './routes/preview-reminder.ts'
import { previewTemplate } from './routes/preview-template.ts'
import { receiveMailEvent } from './routes/receive-mail-event.ts'
import { receiveTwilio } from './routes/receive-twilio.ts'
import { removeReminderRule } from './routes/remove-reminder-rule.ts'
import { replayWebhookDeliveries } from './routes/replay-webhook-deliveries.ts'
import { replayWebhookDelivery } from './routes/replay-webhook-delivery.ts'
import { resendConfirmation } from './routes/resend-confirmation.ts'
import { resendDelivery } from './routes/resend-delivery.ts'
import { resetTemplate } from './routes/reset-template.ts'
import { retryDelivery } from './routes/retry-delivery.ts'
import { rotateWebhookSecret } from './routes/rotate-webhook-secret.ts'
import { saveMailSettings } from './routes/save-mail-settings.ts'
import { savePreferences } from './routes/save-preferences.ts'
import { saveTemplate } from './routes/save-template.ts'
import { scheduleBulkMessage } from './routes/schedule-bulk-message.ts'
import { testBulkMessage } from './routes/test-bulk-message.ts'
import { testTemplate } from './routes/test-template.ts'
import { unscheduleBulkMessage } from './routes/unschedule-bulk-message.ts'
import { unsubscribe } from './routes/unsubscribe.ts'
import { updateBulkMessage } from './routes/update-bulk-message.ts'
import { updateReminderRule } from './routes/update-reminder-rule.ts'
import { updateWebhookEndpoint } from './routes/update-webhook-endpoint.ts'

/** The whole surface, one line each. */
export function createHttp(ctx: Context, options: Pick<ServerOptions, 'verifier' | 'ready'>): App {
  const app = createServer({
    ...options,
    service: 'notifications',
    version: '1.0.0',
    description: 'What was sent to whom, by e-mail and SMS, and what was not.',
    problems: PROBLEMS,
    access: ACCESS,
    log: ctx.log,
    trustProxy: ctx.config.trustProxy,
  })
  // Registered after the OpenAPI plugin, which sees only the routes that come later.
  app.after(() => {
    listTemplates(app, ctx)
    getTemplate(app, ctx)
    saveTemplate(app, ctx)
    resetTemplate(app, ctx)
    previewTemplate(app, ctx)
    testTemplate(app, ctx)
    getMailSettings(app, ctx)
    saveMailSettings(app, ctx)
    listDeliveries(app, ctx)
    getDelivery(app, ctx)
    retryDelivery(app, ctx)
    resendDelivery(app, ctx)
    listAttempts(app, ctx)
    listOrderMessages(app, ctx)
    resendConfirmation(app, ctx)
    receiveMailEvent(app, ctx)
    listWebhookEndpoints(app, ctx)
    createWebhookEndpoint(app, ctx)
    getWebhookEndpoint(app, ctx)
    updateWebhookEndpoint(app, ctx)
    deleteWebhookEndpoint(app, ctx)
    getWebhookSecrets(app, ctx)
    rotateWebhookSecret(app, ctx)
    createTestEvent(app, ctx)
    listWebhookDeliveries(app, ctx)
    getWebhookDelivery(app, ctx)
    replayWebhookDelivery(app, ctx)
    replayWebhookDeliveries(app, ctx)
    listPublicEvents(app, ctx)
    listReminderRules(app, ctx)
    previewReminder(app, ctx)
    createReminderRule(app, ctx)
    updateReminderRule(app, ctx)
    removeReminderRule(app, ctx)
    listBulkMessages(app, ctx)
    createBulkMessage(app, ctx)
    getBulkMessage(app, ctx)
    updateBulkMessage(app, ctx)
    countBulkRecipients(app, ctx)
    previewBulkMessage(app, ctx)
    testBulkMessage(app, ctx)
    scheduleBulkMessage(app, ctx)
    unscheduleBulkMessage(app, ctx)
    cancelBulkMessage(app, ctx)
    getPreferences(app, ctx)
    savePreferences(app, ctx)
    unsubscribe(app, ctx)
    receiveTwilio(app, ctx)
    listConsents(app, ctx)
    exportConsents(app, ctx)
  })
  return app
}
