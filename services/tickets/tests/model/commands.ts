import { randomUUID } from 'node:crypto'
import { toId, toUuid } from '@guichet/server'
import fc from 'fast-check'
import { expect } from 'vitest'
import { expireHolds } from '../../src/jobs/expire-holds.ts'
import { offerWaiting } from '../../src/jobs/offer-waiting.ts'
import { joinAs } from '../waiting.ts'
import type { Opinion } from './naive-decide.ts'
import { asMember, poolsOf, type Sale, sharedPool } from './sale.ts'
import {
  CODE_TYPES,
  EXTENSIONS_MAX,
  HOLD_SECONDS,
  type ModelEntry,
  type ModelOrder,
  OFFER_SECONDS,
  type SaleModel,
  SHARED,
  TYPE_NAMES,
  type TypeName,
} from './sale-model.ts'

type Command = fc.AsyncCommand<SaleModel, Sale>
type Answer = Awaited<ReturnType<Sale['tickets']['call']>>

/** One act, as it is done to the service and told to the model; after each of them all pools are compared. */
function command(
  name: string,
  run: (model: SaleModel, real: Sale) => Promise<void>,
  check: (model: Readonly<SaleModel>) => boolean = () => true,
): Command {
  return {
    check,
    async run(model, real) {
      await run(model, real)
      const byName = (one: { name: string }, other: { name: string }) => one.name.localeCompare(other.name)
      expect((await poolsOf(real)).sort(byName)).toEqual(model.pools().sort(byName))
    },
    toString: () => name,
  }
}

const oneOf = <T>(list: readonly T[], index: number): T => {
  const found = list[index % list.length]
  if (found === undefined) throw new Error('There is none')
  return found
}
const hasOrders = (model: Readonly<SaleModel>) => model.orders.length > 0
const emailOf = (buyer: string) => `${buyer}@example.org`

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

const hold = ({ lines, promoCode, buyer }: Wanted) =>
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
      const send = () => tickets.call('POST', '/v1/orders', { body, headers: { 'idempotency-key': key } })
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
      expect(totalMinor).toBe(opinion.tickets.reduce((sum, ticket) => sum + ticket.price, 0))
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

const repeat = (index: number, changed: boolean) =>
  command(
    `repeat order ${index}${changed ? ' with another body' : ''}`,
    async (model, { tickets }) => {
      const { id, secret, request } = oneOf(placed(model), index)
      const body = changed ? { ...request?.body, locale: 'fr' } : request?.body
      const headers = { 'idempotency-key': request?.key ?? '' }
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

/** The service refused for this reason, or did it if there is none. */
function expectOutcome(answer: Answer, refusal: string | undefined): void {
  expect(answer.statusCode < 300 ? undefined : answer.json().code, answer.body).toBe(refusal)
}

const extend = (index: number) =>
  command(
    `extend order ${index}`,
    async (model, { tickets }) => {
      const order = oneOf(model.orders, index)
      const answer = await tickets.call('POST', `/v1/orders/${order.id}/extension`, { secret: order.secret })
      const dead = whyDead(order, model.now)
      const refusal = dead ?? (order.extensions >= EXTENSIONS_MAX ? 'no-extension-left' : undefined)
      expectOutcome(answer, refusal)
      if (refusal) return
      order.extensions += 1
      order.expiresAt += HOLD_SECONDS * 1_000
    },
    hasOrders,
  )

const sayName = (index: number) =>
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

const confirm = (index: number) =>
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

const cancel = (index: number) =>
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

const refund = (index: number) =>
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

const pass = (seconds: number) =>
  command(`${seconds} s pass`, async (_model, { tickets }) => tickets.clock.advance(seconds))

export const sweep = command('expire', async (model, { tickets }) => {
  while ((await expireHolds.run(tickets.context)) > 0);
  for (const order of model.orders) {
    if (order.state === 'held' && order.expiresAt <= model.now) order.state = 'expired'
  }
})

const setCapacity = (type: TypeName, capacity: number) =>
  command(`capacity of ${type}: ${capacity}`, async (model, real) => {
    const answer = await asMember(real, 'PATCH', `/v1/ticket-types/${model.ids[type]}`, { capacity })
    const refusal = capacity < model.taken([type]) ? 'capacity-below-sold' : undefined
    expectOutcome(answer, refusal)
    if (!refusal) model.capacity[type] = capacity
  })

const setShared = (capacity: number | null) =>
  command(
    `shared pool: ${capacity}`,
    async (model, real) => {
      const refusal = capacity !== null && capacity < model.taken(SHARED) ? 'capacity-below-sold' : undefined
      const path = `/v1/allotments/${real.sharedId}`
      if (capacity === null) expectOutcome(await asMember(real, 'DELETE', path), undefined)
      else if (model.shared !== null) expectOutcome(await asMember(real, 'PATCH', path, { capacity }), refusal)
      else {
        const made = await asMember(
          real,
          'POST',
          `/v1/events/${real.event.eventId}/allotments`,
          sharedPool(model, capacity),
        )
        expectOutcome(made, refusal)
        real.sharedId = made.json().id
      }
      if (!refusal) model.shared = capacity
    },
    (model) => capacity !== null || model.shared !== null,
  )

const setUses = (usesMax: number | null) =>
  command(`uses of the code: ${usesMax}`, async (model, real) => {
    const answer = await asMember(real, 'PATCH', `/v1/promo-codes/${real.codeId}`, { usesMax })
    const refusal = usesMax !== null && usesMax < model.taken(CODE_TYPES, true) ? 'capacity-below-sold' : undefined
    expectOutcome(answer, refusal)
    if (!refusal) model.usesMax = usesMax
  })

const switchCode = (active: boolean) =>
  command(`code ${active ? 'on' : 'off'}`, async (model, real) => {
    expectOutcome(await asMember(real, 'PATCH', `/v1/promo-codes/${real.codeId}`, { active }), undefined)
    model.codeActive = active
  })

const pause = (type: TypeName, paused: boolean) =>
  command(`${type} ${paused ? 'paused' : 'on sale'}`, async (model, real) => {
    expectOutcome(await asMember(real, 'PATCH', `/v1/ticket-types/${model.ids[type]}`, { paused }), undefined)
    if (paused) model.paused.add(type)
    else model.paused.delete(type)
  })

const WAITED_FOR = ['standard', 'limited'] as const

const join = (type: (typeof WAITED_FOR)[number], who: string, quantity: number) =>
  command(
    `${who} joins for ${quantity} ${type}`,
    async (model, { tickets, event }) => {
      const email = emailOf(who)
      const answer = await joinAs(tickets, event.eventId, model.ids[type], email, { quantity })
      const free = model.waiting(type).length === 0 && model.free(type) > 0
      const refusal = model.paused.has(type) ? 'sale-paused' : free ? 'not-sold-out' : undefined
      expectOutcome(answer, refusal)
      if (refusal || model.waiting(type).some((entry) => entry.email === email)) return
      const { id } = await tickets.context.db
        .selectFrom('waiting_entry')
        .select('id')
        .where('ticket_type_id', '=', toUuid('typ', model.ids[type]))
        .where('email', '=', email)
        .where('state', '=', 'waiting')
        .executeTakeFirstOrThrow()
      model.entries.push({ id: toId('wle', id), type, email, quantity, state: 'waiting' })
    },
    // Of those who come too early, one kind is enough.
    (model) => quantity === 1 || model.waiting(type).length > 0 || model.free(type) < 1,
  )

const leave = (index: number) =>
  command(
    `entry ${index} leaves`,
    async (model, real) => {
      const entry = oneOf(model.entries, index)
      expectOutcome(await asMember(real, 'DELETE', `/v1/waiting-entries/${entry.id}`), undefined)
      if (entry.state === 'waiting') entry.state = 'left'
      else if (entry.order?.state === 'held') entry.order.state = 'cancelled'
    },
    (model) => model.entries.length > 0,
  )

export const offer = command('offer', async (model, real) => {
  const { context } = real.tickets
  while ((await offerWaiting.run(context)) > 0);
  for (const type of WAITED_FOR) {
    for (let next = servable(model, type); next; next = servable(model, type)) serve(model, next)
  }
  for (const { id, waiting_entry_id } of await context.db
    .selectFrom('orders')
    .select(['id', 'waiting_entry_id'])
    .execute()) {
    if (waiting_entry_id === null) continue
    const orderId = toId('ord', id)
    const order = model.entries.find((entry) => entry.id === toId('wle', waiting_entry_id))?.order
    expect(order, `an offer that nobody should have: ${orderId}`).toBeDefined()
    Object.assign(order ?? {}, { id: orderId, secret: context.orderSecrets.of(orderId) })
  }
})

function servable(model: SaleModel, type: TypeName): ModelEntry | undefined {
  return model.paused.has(type) || model.free(type) < 1 ? undefined : model.waiting(type)[0]
}

/** First come, first served, with what there is; who could never be served is passed over. */
function serve(model: SaleModel, entry: ModelEntry): void {
  const terms = model.typeTerms(entry.type)
  const lines = [{ ticketTypeId: terms.id, quantity: Math.min(entry.quantity, terms.maxPerOrder) }]
  const opinion = model.sale().judge({ lines, offer: true, buyerKeys: [`email ${entry.email}`] })
  if (opinion.reasons.length > 0) {
    expect(opinion.reasons.map(({ code }) => code)).toEqual(['buyer-limit-exceeded'])
    entry.state = 'left'
    return
  }
  entry.state = 'offered'
  entry.order = {
    id: 'not yet known',
    secret: '',
    state: 'held',
    tickets: opinion.tickets,
    coded: false,
    email: entry.email,
    named: false,
    expiresAt: model.now + OFFER_SECONDS * 1_000,
    extensions: 0,
  }
  model.orders.push(entry.order)
}

const index = fc.nat({ max: 20 })
const type = fc.constantFrom(...TYPE_NAMES)
const person = fc.constantFrom('ann', 'bob', 'cyd')
const quantity = fc.integer({ min: 1, max: 3 })
const wanted = fc.record(
  {
    lines: fc.array(fc.record({ type, quantity }), { minLength: 1, maxLength: 3 }),
    promoCode: fc.constantFrom('gratis', 'GRATIS', 'gratis', 'wrong'),
    buyer: person,
  },
  { requiredKeys: ['lines'] },
)
const plain = fc.record({
  lines: fc.tuple(fc.record({ type: fc.constantFrom(...WAITED_FOR), quantity })),
  buyer: person,
})
const coded = fc.record({
  lines: fc.tuple(fc.record({ type: fc.constantFrom(...CODE_TYPES), quantity })),
  promoCode: fc.constantFrom('gratis', 'GRATIS'),
  buyer: person,
})
const joining = fc
  .tuple(fc.constantFrom(...WAITED_FOR), person, quantity)
  .map(([name, who, places]) => join(name, who, places))

const change = fc.oneof(
  fc.tuple(type, fc.integer({ min: 0, max: 5 })).map(([name, capacity]) => setCapacity(name, capacity)),
  fc.option(fc.integer({ min: 0, max: 8 })).map(setShared),
  fc.option(fc.integer({ min: 0, max: 6 })).map(setUses),
  fc.boolean().map(switchCode),
  fc.tuple(type, fc.boolean()).map(([name, paused]) => pause(name, paused)),
)
const care = fc.oneof(
  fc.tuple(index, fc.boolean()).map(([order, changed]) => repeat(order, changed)),
  index.map(extend),
  index.map(sayName),
  index.map(refund),
)
const time = fc.constantFrom(30, 300, HOLD_SECONDS - 1, HOLD_SECONDS, OFFER_SECONDS)

/** All that can happen to a sale; buying and waiting are what happens most. */
export const commands: fc.Arbitrary<Command>[] = [
  wanted.map(hold),
  coded.map(hold),
  plain.map(hold),
  plain.map(hold),
  change,
  change,
  care,
  care,
  index.map(confirm),
  index.map(cancel),
  index.map(cancel),
  time.map(pass),
  fc.constant(sweep),
  joining,
  joining,
  joining,
  fc.constant(offer),
  index.map(leave),
]

/** Begins with a type that is sold out, and people who wait. */
export const SOLD_OUT: readonly Command[] = [
  hold({ lines: [{ type: 'standard', quantity: 2 }], buyer: 'cyd' }),
  join('standard', 'ann', 1),
  join('standard', 'bob', 2),
]
