import { toId } from '@guichet/server'
import type { Static } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS, type OrderRow, type TicketsDb, type WaitingEntryRow } from '../db.ts'
import type { EntryAnswer, EntryPage } from './entry-schema.ts'

type OfferedOrder = Pick<OrderRow, 'id' | 'state' | 'expires_at'> & { quantity: number }

/** An entry for whoever waits; `secret`: with the key to it, for the mails. */
export async function presentEntry(
  ctx: Context,
  entry: WaitingEntryRow,
  { secret }: { secret: boolean },
): Promise<Static<typeof EntryAnswer>> {
  const { db } = ctx
  const event = await db
    .selectFrom('event')
    .select(COLUMNS.event)
    .where('event_id', '=', entry.event_id)
    .executeTakeFirstOrThrow()
  const type = await db
    .selectFrom('ticket_type')
    .select('name')
    .where('event_id', '=', entry.event_id)
    .where('id', '=', entry.ticket_type_id)
    .executeTakeFirst()
  const orders = await ordersOf(db, [entry])
  return {
    ...presentRow(entry, orders),
    eventId: toId('evt', event.event_id),
    organizerId: toId('org', event.organizer_id),
    event: {
      title: event.title,
      startsAt: event.starts_at.toISOString(),
      endsAt: event.ends_at.toISOString(),
      timeZone: event.time_zone,
      venue: event.venue,
      status: event.status,
    },
    ticketTypeName: type?.name ?? {},
    ahead: entry.state === 'waiting' ? await countAhead(db, entry) : null,
    ...(secret ? { secret: ctx.orderSecrets.of(toId('wle', entry.id)) } : {}),
  }
}

/** Entries for the members of the organizer, in the order in which they are served. */
export async function presentEntries(
  db: TicketsDb,
  entries: readonly WaitingEntryRow[],
): Promise<Static<typeof EntryPage>['items']> {
  const orders = await ordersOf(db, entries)
  return entries.map((entry) => presentRow(entry, orders))
}

function presentRow(entry: WaitingEntryRow, orders: ReadonlyMap<string, OfferedOrder>) {
  const order = orders.get(entry.order_id ?? '')
  return {
    id: toId('wle', entry.id),
    ticketTypeId: toId('typ', entry.ticket_type_id),
    email: entry.email,
    quantity: entry.quantity,
    locale: entry.locale,
    state: entry.state,
    order: order
      ? {
          id: toId('ord', order.id),
          state: order.state,
          quantity: order.quantity,
          expiresAt: order.expires_at.toISOString(),
        }
      : null,
    createdAt: entry.created_at.toISOString(),
    endedAt: entry.ended_at?.toISOString() ?? null,
  }
}

/** Offers have one line. */
async function ordersOf(db: TicketsDb, entries: readonly WaitingEntryRow[]): Promise<Map<string, OfferedOrder>> {
  const ids = entries.flatMap((entry) => entry.order_id ?? [])
  if (ids.length === 0) return new Map()
  const orders = await db
    .selectFrom('orders')
    .innerJoin('order_line as line', (join) =>
      join.onRef('line.event_id', '=', 'orders.event_id').onRef('line.order_id', '=', 'orders.id'),
    )
    .select(['orders.id', 'orders.state', 'orders.expires_at', 'line.quantity'])
    .where('orders.event_id', 'in', [...new Set(entries.map((entry) => entry.event_id))])
    .where('orders.id', 'in', ids)
    .execute()
  return new Map(orders.map((order) => [order.id, order]))
}

async function countAhead(db: TicketsDb, entry: WaitingEntryRow): Promise<number> {
  const { ahead } = await db
    .selectFrom('waiting_entry')
    .select(({ fn }) => fn.countAll<number>().as('ahead'))
    .where('event_id', '=', entry.event_id)
    .where('ticket_type_id', '=', entry.ticket_type_id)
    .where('state', '=', 'waiting')
    .where('id', '<', entry.id)
    .executeTakeFirstOrThrow()
  return ahead
}
