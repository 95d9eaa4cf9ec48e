import type { App } from '@guichet/server'
import type { Context } from '../context.ts'
import { createTestEvent } from '../routes/create-test-event.ts'
import { createWebhookEndpoint } from '../routes/create-webhook-endpoint.ts'
import { deleteWebhookEndpoint } from '../routes/delete-webhook-endpoint.ts'
import { getWebhookDelivery } from '../routes/get-webhook-delivery.ts'
import { getWebhookEndpoint } from '../routes/get-webhook-endpoint.ts'
import { getWebhookSecrets } from '../routes/get-webhook-secrets.ts'
import { listPublicEvents } from '../routes/list-public-events.ts'
import { listWebhookDeliveries } from '../routes/list-webhook-deliveries.ts'
import { listWebhookEndpoints } from '../routes/list-webhook-endpoints.ts'
import { replayWebhookDeliveries } from '../routes/replay-webhook-deliveries.ts'
import { replayWebhookDelivery } from '../routes/replay-webhook-delivery.ts'
import { rotateWebhookSecret } from '../routes/rotate-webhook-secret.ts'
import { updateWebhookEndpoint } from '../routes/update-webhook-endpoint.ts'

/** The public event stream: who gets it, and what they got. */
export function webhookRoutes(app: App, ctx: Context): void {
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
}
