import { toId, toUuid } from '@guichet/server'
import { expect } from 'vitest'
import { offerWaiting } from '../../src/jobs/offer-waiting.ts'
import { joinAs } from '../waiting.ts'
import { command, emailOf, expectOutcome, oneOf } from './command.ts'
import { asMember } from './sale.ts'
import { type ModelEntry, OFFER_SECONDS, type SaleModel, type TypeName } from './sale-model.ts'

export const WAITED_FOR = ['standard', 'limited'] as const

export const join = (type: (typeof WAITED_FOR)[number], who: string, quantity: number) =>
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

export const leave = (index: number) =>
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
  const most = Math.min(terms.maxPerOrder, terms.maxPerBuyer ?? terms.maxPerOrder)
  const lines = [{ ticketTypeId: terms.id, quantity: Math.min(entry.quantity, most) }]
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
