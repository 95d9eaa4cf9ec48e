import { randomUUID } from 'node:crypto'
import { toUuid } from '@guichet/server'
import { expect } from 'vitest'
import { type Answer, command, emailOf, expectOutcome, hasOrders, oneOf, sender } from './command.ts'
import type { Opinion } from './naive-decide.ts'
import { asMember } from './sale.ts'
import { EXTENSIONS_MAX, HOLD_SECONDS, type ModelOrder, type SaleModel, type TypeName } from './sale-model.ts'

/** The refusal is one of those that the model has a reason for, with the same facts. */
function isExpected(answer: Answer, { reasons }: Opinion): boolean {
  const body = answer.json()
  return reasons.some(
    ({ code, ticketTypeId, facts }) =>
      body.code === code &&
      body.ticketTypeId === ticketTypeId &&
      Object.entries(facts).every(([name, value]) => body[name] === value),
  )
}

interface Wanted {
  lines: { type: TypeName; quantity: number }[]
  promoCode?: string | undefined
  buyer?: string | undefined
}

export const hold = ({ lines, promoCode, buyer }: Wanted) =>
  command(
    `hold ${lines.map(({ type, quantity }) => `${quantity} ${type}`)} ${promoCode ?? ''} ${buyer ?? ''}`,
    async (model, real) => {
      const { tickets, event } = real
      const order = lines.map(({ type, quantity }) => ({ ticketTypeId: model.ids[type], quantity }))
      const body = {
        eventId: event.eventId,
        lines: order,
        ...(promoCode ? { promoCode } : {}),
        ...(buyer ? { buyer: { name: buyer, email: emailOf(buyer) } } : {}),
      }
      const buyerKeys = buyer ? [`email ${emailOf(buyer)}`] : []
      const opinion = model.sale().judge({ lines: order, promoCode, buyerKeys })
      const key = randomUUID()
      const send = () => tickets.call('POST', '/v1/orders', { body, headers: { ...sender(), 'idempotency-key': key } })
      let answer = await send()
      if (answer.statusCode !== 201 && !isExpected(answer, opinion)) {
        // Refusals may be a second old, but no more.
        tickets.context.stock.availability.forget(toUuid('evt', event.eventId))
        answer = await send()
      }
      if (opinion.reasons.length > 0) {
        expect([answer.statusCode, answer.json(), opinion.reasons]).toSatisfy(() => isExpected(answer, opinion))
        return
      }
      expect(answer.statusCode, answer.body).toBe(201)
      const { id, secret, totalMinor } = answer.json()
      expect(totalMinor).toBe(opinion.tickets.reduce((sum, ticket) => sum + ticket.price + ticket.fee, 0))
      model.orders.push({
        id,
        secret,
        request: { key, body },
        state: 'held',
        tickets: opinion.tickets,
        coded: opinion.code !== undefined,
        email: buyer && emailOf(buyer),
        named: buyer !== undefined,
        expiresAt: model.now + HOLD_SECONDS * 1_000,
        extensions: 0,
      })
    },
  )

export const look = (withCode: boolean) =>
  command(`look at the shop${withCode ? ' with the code' : ''}`, async (model, { tickets, event }) => {
    tickets.context.stock.availability.forget(toUuid('evt', event.eventId))
    const query = withCode ? '?promoCode=gratis' : ''
    const answer = (
      await tickets.call('GET', `/v1/events/${event.eventId}/ticket-types${query}`, { headers: sender() })
    ).json()
    expect(answer.promoCode).toEqual(withCode ? { code: 'gratis', valid: model.codeActive } : null)
    expect(answer.items).toMatchObject(model.shop(withCode))
  })

export const repeat = (index: number, changed: boolean) =>
  command(
    `repeat order ${index}${changed ? ' with another body' : ''}`,
    async (model, { tickets }) => {
      const { id, secret, request } = oneOf(placed(model), index)
      const body = changed ? { ...request?.body, locale: 'fr' } : request?.body
      const headers = { ...sender(), 'idempotency-key': request?.key ?? '' }
      const answer = await tickets.call('POST', '/v1/orders', { body, headers })
      if (changed) expect([answer.statusCode, answer.json().code]).toEqual([422, 'idempotency-key-reused'])
      else {
        expect(answer.statusCode, answer.body).toBe(201)
        expect(answer.json()).toMatchObject({ id, secret, state: 'held' })
      }
    },
    (model) => placed(model).length > 0,
  )
const placed = (model: Readonly<SaleModel>) => model.orders.filter(({ request }) => request !== undefined)

/** Why the buyer of an order cannot change it any more. */
function whyDead(order: ModelOrder, now: number): string | undefined {
  if (order.state === 'expired') return 'hold-expired'
  if (order.state !== 'held') return 'order-not-held'
  return order.expiresAt <= now ? 'hold-expired' : undefined
}

export const extend = (index: number) =>
  command(
    `extend order ${index}`,
    async (model, { tickets }) => {
      const order = oneOf(model.orders, index)
      const answer = await tickets.call('POST', `/v1/orders/${order.id}/extension`, { secret: order.secret })
      const dead = whyDead(order, model.now)
      const refusal = dead ?? (order.extensions >= EXTENSIONS_MAX ? 'no-extension-left' : undefined)
      expectOutcome(answer, refusal)
      if (refusal) return
      const until = model.now + HOLD_SECONDS * 1_000
      if (until <= order.expiresAt) return
      order.extensions += 1
      order.expiresAt = until
    },
    hasOrders,
  )

export const sayName = (index: number) =>
  command(
    `say who buys order ${index}`,
    async (model, { tickets }) => {
      const order = oneOf(model.orders, index)
      const body = { buyer: { name: 'Somebody', email: order.email ?? emailOf('somebody') } }
      const answer = await tickets.call('PATCH', `/v1/orders/${order.id}`, { secret: order.secret, body })
      const dead = whyDead(order, model.now)
      expectOutcome(answer, dead)
      if (!dead) Object.assign(order, { named: true, email: body.buyer.email })
    },
    hasOrders,
  )

export const confirm = (index: number) =>
  command(
    `confirm order ${index}`,
    async (model, { tickets }) => {
      const order = oneOf(model.orders, index)
      const body = { provider: 'free', returnUrl: 'http://localhost:4000/' }
      const answer = await tickets.call('POST', `/v1/orders/${order.id}/payments`, { secret: order.secret, body })
      const costs = order.tickets.some(({ price }) => price > 0)
      const missing = order.named ? (costs ? 'payment-required' : undefined) : 'buyer-missing'
      const refusal = whyDead(order, model.now) ?? missing
      expectOutcome(answer, refusal)
      if (!refusal) order.state = 'confirmed'
    },
    hasOrders,
  )

export const cancel = (index: number) =>
  command(
    `cancel order ${index}`,
    async (model, { tickets }) => {
      const order = oneOf(model.orders, index)
      const answer = await tickets.call('POST', `/v1/orders/${order.id}/cancellation`, { secret: order.secret })
      const may = order.state === 'held' || order.state === 'cancelled'
      expectOutcome(answer, may ? undefined : 'order-not-held')
      if (may) order.state = 'cancelled'
    },
    hasOrders,
  )

export const refund = (index: number) =>
  command(
    `refund order ${index}`,
    async (model, real) => {
      const order = oneOf(sold(model), index)
      expectOutcome(await asMember(real, 'POST', `/v1/orders/${order.id}/refunds`), undefined)
      order.state = 'refunded'
    },
    (model) => sold(model).length > 0,
  )
const sold = (model: Readonly<SaleModel>) => model.orders.filter(({ state }) => state === 'confirmed')
