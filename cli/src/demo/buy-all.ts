import { createHash } from 'node:crypto'
import { explainProblem, type PublicApi } from '../public-api.ts'
import { Refusal } from '../refusal.ts'

type TicketType = { id: string; maxPerOrder: number; availability: string; remaining: number | null }
type Order = { id: string; state: string; secret: string }

const BUYERS = [
  'Ada Lemaire',
  'Boris Okafor',
  'Chloé Nguyen',
  'Diego Marchand',
  'Elif Dubois',
  'Fatou Keller',
  'Gaspard Roy',
  'Hana Petit',
]

/** Buys all places of an event's free ticket types, order by order, as guests do. Repeated, it goes on where it was. */
export async function buyAll(api: PublicApi, eventId: string, publicOrigin: string): Promise<void> {
  // More rounds than any small hall has orders: if it is not sold out by then, something is wrong.
  for (let round = 0; round < 100; round++) {
    const { body } = await api.call<{ items: TicketType[] }>('tickets', 'GET', `/v1/events/${eventId}/ticket-types`, {
      anonymous: true,
    })
    const open = body.items.find(({ availability }) => availability === 'on-sale')
    if (!open) return
    const quantity = Math.min(open.maxPerOrder, open.remaining ?? open.maxPerOrder)
    await buy(api, { eventId, ticketTypeId: open.id, quantity, round, publicOrigin })
  }
  throw new Refusal('The event that should be sold out is not.')
}

type Purchase = { eventId: string; ticketTypeId: string; quantity: number; round: number; publicOrigin: string }

async function buy(api: PublicApi, { eventId, ticketTypeId, quantity, round, publicOrigin }: Purchase): Promise<void> {
  const name = BUYERS[round % BUYERS.length] ?? 'Ada Lemaire'
  const email = `${name
    .normalize('NFKD')
    .replace(/\P{L}+/gu, '.')
    .toLowerCase()
    .replace(/[^a-z.]/g, '')}@example.org`
  const order = await api.call<Order>('tickets', 'POST', '/v1/orders', {
    anonymous: true,
    headers: { 'idempotency-key': keyOf(eventId, ticketTypeId, round, 'order') },
    body: { eventId, lines: [{ ticketTypeId, quantity }], buyer: { name, email }, locale: round % 2 ? 'en' : 'fr' },
  })
  if (order.status !== 201) throw new Refusal(`An order of the demo was refused: ${explainProblem(order)}`)
  const payment = await api.call('tickets', 'POST', `/v1/orders/${order.body.id}/payments`, {
    anonymous: true,
    headers: { 'order-secret': order.body.secret, 'idempotency-key': keyOf(eventId, ticketTypeId, round, 'payment') },
    body: { provider: 'free', returnUrl: `${publicOrigin}/fr/orders/${order.body.id}` },
  })
  if (payment.status !== 201) throw new Refusal(`A free order of the demo was refused: ${explainProblem(payment)}`)
}

/** The same for the same order, so that a seed that was interrupted buys nothing twice. */
function keyOf(...parts: (string | number)[]): string {
  return createHash('sha256').update(parts.join('|')).digest('base64url')
}
