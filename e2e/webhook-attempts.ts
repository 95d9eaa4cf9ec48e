import { randomUUID } from 'node:crypto'
import { type Attempt, make } from './attempt.ts'
import { must, type Session } from './client.ts'
import type { RunningSystem } from './system.ts'

export interface Webhook {
  endpointId: string
  /** Of something that the endpoint was told. */
  webhookId: string
}

/** An address of an organizer that is told of something. */
export async function addWebhook(system: RunningSystem, admin: Session, organizerId: string): Promise<Webhook> {
  const token = admin.accessTokens.notifications
  const organizer = `notifications/v1/organizers/${organizerId}`
  const made = await must<{ id: string }>(system, `${organizer}/webhook-endpoints`, {
    method: 'POST',
    token,
    headers: { 'idempotency-key': randomUUID() },
    body: { url: 'http://127.0.0.1:9/theirs' },
  })
  const body = { type: 'order.confirmed', endpointId: made.id }
  await must(system, `${organizer}/test-events`, { method: 'POST', token, body })
  const path = `notifications/v1/webhook-endpoints/${made.id}/deliveries`
  const log = await must<{ items: { id: string }[] }>(system, path, { token })
  return { endpointId: made.id, webhookId: log.items[0]?.id ?? '' }
}

/** Every operation of the public event stream. */
export function webhookAttempts(
  organizer: { theirs: string; nobodys: string },
  { endpointId, webhookId }: Webhook,
  nobody: string,
): Attempt[] {
  const endpoint = { theirs: endpointId, nobodys: `whk_${nobody}` }
  const webhook = { theirs: webhookId, nobodys: `whd_${nobody}` }
  const key = { headers: { 'idempotency-key': randomUUID() } }
  const of = (tail: string) => (id: string) => `webhook-endpoints/${id}${tail}`
  const list = (id: string) => `organizers/${id}/webhook-endpoints`
  const url = 'https://thief.example.org/'
  const since = { since: '2020-01-01T00:00:00Z' }
  const type = 'order.confirmed'
  return [
    make('listWebhookEndpoints', 'notifications', 'GET', list, organizer),
    make('createWebhookEndpoint', 'notifications', 'POST', list, organizer, { ...key, body: { url } }),
    make('listPublicEvents', 'notifications', 'GET', (id) => `organizers/${id}/public-events`, organizer),
    make('createTestEvent', 'notifications', 'POST', (id) => `organizers/${id}/test-events`, organizer, {
      body: { type },
    }),
    make('getWebhookEndpoint', 'notifications', 'GET', of(''), endpoint),
    make('updateWebhookEndpoint', 'notifications', 'PATCH', of(''), endpoint, {
      headers: { 'if-match': '*' },
      body: { url },
    }),
    make('deleteWebhookEndpoint', 'notifications', 'DELETE', of(''), endpoint),
    make('getWebhookSecrets', 'notifications', 'GET', of('/secrets'), endpoint),
    make('rotateWebhookSecret', 'notifications', 'POST', of('/secret-rotations'), endpoint, { ...key, body: {} }),
    make('listWebhookDeliveries', 'notifications', 'GET', of('/deliveries'), endpoint),
    make('replayWebhookDeliveries', 'notifications', 'POST', of('/replays'), endpoint, { ...key, body: since }),
    make('getWebhookDelivery', 'notifications', 'GET', (id) => `webhook-deliveries/${id}`, webhook),
    make('replayWebhookDelivery', 'notifications', 'POST', (id) => `webhook-deliveries/${id}/replay`, webhook),
  ]
}
