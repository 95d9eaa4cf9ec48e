import { randomUUID } from 'node:crypto'
import { sql } from '@guichet/database'
import { toId, toUuid } from '@guichet/server'
import { type PublishedEvent, publishEvent, sell, type Tickets } from '../fixture.ts'
import { findViolations } from '../invariants.ts'
import { ADD_ON, CODE, CODE_TYPES, SaleModel, TYPE_NAMES, TYPES, type TypeName } from './sale-model.ts'

/** The service and one event of it, as the commands reach it. */
export interface Sale {
  tickets: Tickets
  event: PublishedEvent
  codeId: string
  /** Of the shared pool, while there is one. */
  sharedId: string | undefined
}

const TABLES = [
  'event, ticket_type, allotment, ticket_type_allotment, promo_code, waiting_entry, orders, order_line, payment',
  'payment_event, refund, ticket, order_number, idempotency_key, outbox, inbox',
].join(', ')

/** A new event in a database without any other, and what is to be expected of it. */
export async function openSale(tickets: Tickets): Promise<{ real: Sale; model: SaleModel }> {
  await sql.raw(`truncate ${TABLES}`).execute(tickets.context.db)
  const event = await publishEvent(tickets)
  const ids = {} as Record<TypeName, string>
  for (const name of TYPE_NAMES) {
    const addOnTo = name === ADD_ON.type ? { addOnTo: ADD_ON.to.map((other) => ids[other]) } : {}
    ids[name] = await sell(tickets, event, { ...TYPES[name], ...addOnTo })
  }
  const made = await asMember({ tickets, event }, 'POST', `/v1/events/${event.eventId}/promo-codes`, {
    ...CODE,
    ticketTypeIds: CODE_TYPES.map((name) => ids[name]),
  })
  if (made.statusCode !== 201) throw new Error(made.body)
  const real = { tickets, event, codeId: made.json().id, sharedId: undefined }
  return { real, model: new SaleModel(ids, tickets.clock.now) }
}

export function asMember(
  { tickets, event }: Pick<Sale, 'tickets' | 'event'>,
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
) {
  return tickets.call(method, path, {
    token: event.owner,
    headers: { 'if-match': '*', ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}) },
    ...(body ? { body } : {}),
  })
}

/** The pools as they are in the database, by the names that the model gives them. */
export async function poolsOf({ tickets, event }: Sale) {
  const { rows } = await sql<{
    kind: string
    type: string | null
    capacity: number
    held: number
    sold: number
    waiting: number
  }>`
    select kind, ticket_type_id as type, capacity, held, sold, waiting from allotment
     where event_id = ${toUuid('evt', event.eventId)}`.execute(tickets.context.db)
  return rows.map(({ kind, type, ...pool }) => ({ name: type ? toId('typ', type) : kind, ...pool }))
}

/** Orders and entries by id, with their states. */
export async function statesOf({ tickets }: Sale) {
  const orders = await tickets.context.db.selectFrom('orders').select(['id', 'state']).execute()
  const entries = await tickets.context.db.selectFrom('waiting_entry').select(['id', 'state']).execute()
  return new Map([
    ...orders.map((order): [string, string] => [toId('ord', order.id), order.state]),
    ...entries.map((entry): [string, string] => [toId('wle', entry.id), entry.state]),
  ])
}

export function violationsOf({ tickets }: Sale): Promise<string[]> {
  return findViolations({ databaseUrl: tickets.database.url, now: tickets.clock.now() })
}
