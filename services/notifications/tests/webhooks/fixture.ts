import { randomUUID } from 'node:crypto'
import { newUuid, toId } from '@guichet/server'
import { newOrganizerId } from '@guichet/testkit'
import { type FixtureOptions, startNotifications } from '../fixture.ts'

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** The service with webhooks that may go to this machine, and an organizer who asks by HTTP. */
export async function startWithWebhooks(options: FixtureOptions = {}) {
  const fixture = await startNotifications({ ...options, config: { webhookHosts: 'any', ...options.config } })
  const organizerId = newOrganizerId()

  async function call(
    method: Method,
    url: string,
    payload?: object,
    headers: Record<string, string> = {},
    role = 'owner',
  ) {
    const token = await fixture.token({ [organizerId]: role })
    return fixture.app.inject({
      method,
      url,
      ...(payload ? { payload } : {}),
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': randomUUID(), ...headers },
    })
  }

  return {
    ...fixture,
    organizerId,
    call,
    /** An endpoint of the organizer. */
    async endpoint(url: string, body: object = {}) {
      const answer = await call('POST', `/v1/organizers/${organizerId}/webhook-endpoints`, { url, ...body })
      if (answer.statusCode !== 201) throw new Error(answer.body)
      return answer.json() as { id: string; url: string; version: number; enabled: boolean; types: string[] | null }
    },
    async secrets(endpointId: string): Promise<string[]> {
      const answer = await call('GET', `/v1/webhook-endpoints/${endpointId}/secrets`)
      return answer.json().items.map((item: { secret: string }) => item.secret)
    },
    /** An order of the organizer is confirmed, as tickets announces it. Returns its id. */
    async orderConfirmed(messageId: string = newUuid()): Promise<string> {
      const orderId = toId('ord', newUuid())
      const data = { orderId, eventId: toId('evt', newUuid()), organizerId }
      const time = fixture.clock.now().toISOString()
      await fixture.bus.deliver({ type: 'tickets.order-confirmed.v1', data, subject: orderId, id: messageId, time })
      return orderId
    },
    async webhooks(endpointId: string) {
      const answer = await call('GET', `/v1/webhook-endpoints/${endpointId}/deliveries`)
      return answer.json().items as {
        id: string
        eventId: string
        type: string
        state: string
        attempts: number
        lastOutcome: string | null
        lastStatus: number | null
        nextAttemptAt: string | null
      }[]
    },
    async webhook(id: string) {
      return (await call('GET', `/v1/webhook-deliveries/${id}`)).json()
    },
  }
}

export type WebhookFixture = Awaited<ReturnType<typeof startWithWebhooks>>
