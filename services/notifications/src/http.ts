import { type App, createServer, type ServerOptions } from '@guichet/server'
import type { Context } from './context.ts'
import { ACCESS } from './permissions.ts'
import { PROBLEMS } from './problems.ts'
import { cancelBulkMessage } from './routes/cancel-bulk-message.ts'
import { countBulkRecipients } from './routes/count-bulk-recipients.ts'
import { createBulkMessage } from './routes/create-bulk-message.ts'
import { createReminderRule } from './routes/create-reminder-rule.ts'
import { exportConsents } from './routes/export-consents.ts'
import { getBulkMessage } from './routes/get-bulk-message.ts'
import { getDelivery } from './routes/get-delivery.ts'
import { getMailSettings } from './routes/get-mail-settings.ts'
import { getPreferences } from './routes/get-preferences.ts'
import { getTemplate } from './routes/get-template.ts'
import { listAttempts } from './routes/list-attempts.ts'
import { listBulkMessages } from './routes/list-bulk-messages.ts'
import { listConsents } from './routes/list-consents.ts'
import { listDeliveries } from './routes/list-deliveries.ts'
import { listOrderMessages } from './routes/list-order-messages.ts'
import { listReminderRules } from './routes/list-reminder-rules.ts'
import { listTemplates } from './routes/list-templates.ts'
import { previewBulkMessage } from './routes/preview-bulk-message.ts'
import { previewReminder } from './routes/preview-reminder.ts'
import { previewTemplate } from './routes/preview-template.ts'
import { receiveMailEvent } from './routes/receive-mail-event.ts'
import { receiveTwilio } from './routes/receive-twilio.ts'
import { removeReminderRule } from './routes/remove-reminder-rule.ts'
import { resendConfirmation } from './routes/resend-confirmation.ts'
import { resendDelivery } from './routes/resend-delivery.ts'
import { resetTemplate } from './routes/reset-template.ts'
import { retryDelivery } from './routes/retry-delivery.ts'
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
import { webhookRoutes } from './webhooks/routes.ts'

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
    webhookRoutes(app, ctx)
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
