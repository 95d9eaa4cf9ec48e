import { newUuid, toId } from '@guichet/server'
import type pg from 'pg'

/** What is put on sale: published events with one type each. */
export interface Offer {
  events?: number
  /** Places of each event. */
  capacity?: number
  /** Places of each that are confirmed orders already. */
  sold?: number
  priceMinor?: number
  /** The sale begins so many days from now instead of having begun. */
  opensInDays?: number
}

export interface OnSale {
  /** In the order of `typeUuids` and `bodies`. */
  eventUuids: string[]
  typeUuids: string[]
  /** An order for one place of each. */
  bodies: string[]
}

export async function putOnSale(client: pg.Client, offer: Offer): Promise<OnSale> {
  const { events = 1, capacity = 1_000_000, sold = 0, priceMinor = 4_900, opensInDays } = offer
  const eventUuids = Array.from({ length: events }, () => newUuid())
  const typeUuids = eventUuids.map(() => newUuid())
  const organizer = newUuid()
  await client.query(
    `insert into event (event_id, organizer_id, version, status, title, starts_at, ends_at, time_zone, venue)
     select event_id, $2, 1, 'published', '{"en": "Spring concert", "fr": "Concert de printemps"}', now() + interval '30 days',
            now() + interval '31 days', 'Europe/Paris', '{"name": "Salle Pleyel", "city": "Paris", "online": false}'
       from unnest($1::uuid[]) event_id`,
    [eventUuids, organizer],
  )
  await client.query(
    `insert into ticket_type (event_id, id, name, price_minor, currency, min_per_order, max_per_order, sales_start_at, created_at)
     select event_id, id, '{"en": "Standard", "fr": "Plein tarif"}', $3, 'EUR', 1, 10, now() + $4 * interval '1 day', now()
       from unnest($1::uuid[], $2::uuid[]) as type (event_id, id)`,
    [eventUuids, typeUuids, priceMinor, opensInDays],
  )
  await client.query(
    `insert into allotment (event_id, id, ticket_type_id, capacity, sold)
     select event_id, id, id, $3, $4 from unnest($1::uuid[], $2::uuid[]) as type (event_id, id)`,
    [eventUuids, typeUuids, capacity, sold],
  )
  await client.query(
    `insert into ticket_type_allotment (event_id, ticket_type_id, allotment_id)
     select event_id, id, id from unnest($1::uuid[], $2::uuid[]) as type (event_id, id)`,
    [eventUuids, typeUuids],
  )
  if (sold > 0) await seedSold(client, eventUuids, typeUuids, organizer, sold)
  const bodies = eventUuids.map((eventUuid, index) =>
    JSON.stringify({
      eventId: toId('evt', eventUuid),
      lines: [{ ticketTypeId: toId('typ', typeUuids[index] ?? ''), quantity: 1 }],
      buyer: { name: 'Amina Diallo', email: 'amina@example.org' },
      locale: 'fr',
    }),
  )
  return { eventUuids, typeUuids, bodies }
}

/** Confirmed orders of one place each, with their tickets, as many of every event. */
async function seedSold(client: pg.Client, events: string[], types: string[], organizer: string, sold: number) {
  await client.query(
    `with placed as (
       insert into orders (event_id, id, organizer_id, state, number, buyer_name, buyer_email, locale, currency, total_minor,
                           expires_at, created_at, confirmed_at, allotment_ids, allotment_places)
       select event_id, uuidv7(), $3, 'confirmed', 'S-' || n, 'Amina Diallo', 'amina@example.org', 'fr', 'EUR', 4900, now(),
              now(), now(), array[type_id], '{1}'
         from unnest($1::uuid[], $2::uuid[]) as type (event_id, type_id), generate_series(1, $4) n returning event_id, id),
     sold as (select placed.event_id, placed.id, type.id as type_id
                from placed join unnest($1::uuid[], $2::uuid[]) as type (event_id, id) using (event_id)),
     lines as (insert into order_line (event_id, order_id, line_number, ticket_type_id, type_name, quantity, unit_price_minor)
               select event_id, id, 1, type_id, '{"en": "Standard"}', 1, 4900 from sold)
     insert into ticket (event_id, id, order_id, ticket_type_id, line_number, holder_name, state, created_at)
     select event_id, uuidv7(), id, type_id, 1, 'Amina Diallo', 'valid', now() from sold`,
    [events, types, organizer, sold],
  )
  await client.query('analyze')
}

/** How the books of a sale differ from `acknowledged` holds of one place, more than `soldBefore` of each event. */
export async function auditHolds(
  client: pg.Client,
  sale: OnSale,
  acknowledged: number,
  soldBefore = 0,
): Promise<string[]> {
  const { rows } = await client.query<{ held: number; over: number; orders: number; lines: number; keys: number }>(
    `select (select coalesce(sum(held), 0)::int from allotment where event_id = any($1)) as held,
            (select count(*)::int from allotment where event_id = any($1) and (held + sold > capacity or sold <> $2)) as over,
            (select count(*)::int from orders where event_id = any($1) and state = 'held') as orders,
            (select coalesce(sum(quantity), 0)::int from order_line join orders using (event_id)
              where event_id = any($1) and state = 'held' and orders.id = order_id) as lines,
            (select count(*)::int from idempotency_key join orders on orders.id = (body->>'orderId')::uuid
              where event_id = any($1)) as keys`,
    [sale.eventUuids, soldBefore],
  )
  const { over = -1, ...counts } = rows[0] ?? { held: -1 }
  return [
    ...(over === 0 ? [] : [`${over} allotments above their capacity or with sales that nobody made`]),
    ...differences('X', `${acknowledged} orders acknowledged`, acknowledged, counts),
  ]
}

/** How the books of a sale differ from `acknowledged` whole purchases of one place. */
export async function auditPurchases(client: pg.Client, sale: OnSale, acknowledged: number): Promise<string[]> {
  const { rows } = await client.query<Record<string, number>>(
    `select (select sum(sold)::int from allotment where event_id = any($1)) as sold,
            (select count(*)::int from orders where event_id = any($1) and state = 'confirmed') as confirmed,
            (select count(*)::int from ticket where event_id = any($1) and state = 'valid') as tickets,
            (select count(*)::int from payment where event_id = any($1) and state = 'succeeded' and problem is null) as payments,
            (select count(*)::int from outbox
              where type = 'tickets.order-confirmed.v1' and data->>'eventId' = any($2)) as announced`,
    [sale.eventUuids, sale.eventUuids.map((uuid) => toId('evt', uuid))],
  )
  return differences('purchase', `${acknowledged} purchases acknowledged`, acknowledged, rows[0] ?? { sold: -1 })
}

function differences(who: string, said: string, wanted: number, counts: Record<string, number>): string[] {
  return Object.entries(counts)
    .filter(([, count]) => count !== wanted)
    .map(([what, count]) => `${who}: ${said}, ${count} ${what}`)
}

/** How often a row of stock was changed, and how often without touching an index (HOT). Behind by seconds at times. */
export async function stockUpdates(client: pg.Client): Promise<{ all: number; inPlace: number }> {
  const { rows } = await client.query<{ all: number; inPlace: number }>(
    `select n_tup_upd::int as all, n_tup_hot_upd::int as "inPlace" from pg_stat_user_tables where relname = 'allotment'`,
  )
  return rows[0] ?? { all: 0, inPlace: 0 }
}
