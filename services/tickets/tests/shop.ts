import { eventually, newUserId } from '@guichet/testkit'
import type { Overrides } from '../src/service.ts'
import { hold, type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'
import { findViolations } from './invariants.ts'
import { type Payments, startPayments } from './payments-process.ts'

export interface Order {
  id: string
  secret: string
}

/** The service with a real payment provider beside it, and one event on sale. */
export async function openShop(options: { overrides?: Pick<Overrides, 'provider'>; capacity?: number } = {}) {
  const payments: Payments = await startPayments()
  const tickets: Tickets = await startTickets({
    config: { simulatedUrl: payments.url },
    listen: true,
    ...(options.overrides ? { overrides: options.overrides } : {}),
  })
  const published = await publishEvent(tickets)
  // Every other token ends after ten minutes: too soon for a long file on a slow machine.
  const owner = await tickets.tokens.user({
    audience: 'tickets',
    memberships: { [published.organizerId]: 'owner' },
    userId: newUserId(),
    expiresAt: Math.floor(Date.now() / 1_000) + 86_400,
  })
  const event: PublishedEvent = { ...published, owner }
  const typeId = await sell(tickets, event, { capacity: options.capacity ?? 1_000 })

  const call = (order: Order, act: string, body?: object, headers?: Record<string, string>) =>
    tickets.call('POST', `/v1/orders/${order.id}/${act}`, {
      secret: order.secret,
      ...(body ? { body } : {}),
      ...(headers ? { headers } : {}),
    })

  return {
    payments,
    tickets,
    event,
    typeId,
    call,
    hold: (quantity = 1, type = typeId) => hold(tickets, event.eventId, type, quantity),
    read: async (order: Order) =>
      (await tickets.call('GET', `/v1/orders/${order.id}`, { secret: order.secret })).json(),
    startPayment: (order: Order, headers?: Record<string, string>) => call(order, 'payments', PAY, headers),
    /** Where the buyer of the order pays. */
    async payPage(order: Order): Promise<string> {
      const answer = await call(order, 'payments', PAY)
      if (answer.statusCode !== 201) throw new Error(`No payment: ${answer.body}`)
      return answer.json().redirectUrl
    },
    async becomes(order: Order, state: string) {
      return eventually(async () => {
        const found = (await tickets.call('GET', `/v1/orders/${order.id}`, { secret: order.secret })).json()
        return found.state === state ? found : false
      })
    },
    async refund(order: Order, token = event.owner, headers?: Record<string, string>) {
      return tickets.call('POST', `/v1/orders/${order.id}/refunds`, { token, ...(headers ? { headers } : {}) })
    },
    violations: async () =>
      findViolations({
        databaseUrl: tickets.database.url,
        journal: await payments.journal(),
        now: tickets.clock.now(),
      }),
    async stop() {
      await tickets.stop()
      await payments.stop()
    },
  }
}

export type Shop = Awaited<ReturnType<typeof openShop>>

export const PAY = { provider: 'simulated', returnUrl: 'http://localhost:4000/fr/orders/x?key=y' }
