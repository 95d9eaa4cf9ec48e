import { newUuid, toId } from '@guichet/server'
import pg from 'pg'
import { BUYER } from '../fixture.ts'

export interface Sale {
  eventUuid: string
  /** What a buyer sends to place an order. */
  order(quantity: number, buyer?: { name: string; email: string }): object
}

/** A published event with one ticket type, written as its consumer and its organizer would have it. */
export async function putOnSale(
  databaseUrl: string,
  {
    capacity = 1_000_000,
    priceMinor = 0,
    maxPerBuyer = null,
  }: { capacity?: number; priceMinor?: number; maxPerBuyer?: number | null } = {},
): Promise<Sale> {
  const [eventUuid, typeUuid] = [newUuid(), newUuid()]
  await query(
    databaseUrl,
    `insert into event (event_id, organizer_id, version, status, title, starts_at, ends_at, time_zone, venue)
     values ($1, $2, 1, 'published', '{"en": "Spring concert"}', now() + interval '30 days', now() + interval '31 days',
             'Europe/Paris', '{"name": "Salle Pleyel", "city": "Paris", "online": false}')`,
    [eventUuid, newUuid()],
  )
  await query(
    databaseUrl,
    `insert into ticket_type (event_id, id, name, price_minor, currency, min_per_order, max_per_order, max_per_buyer, created_at)
     values ($1, $2, '{"en": "Standard"}', $3, 'EUR', 1, 10, $4, now())`,
    [eventUuid, typeUuid, priceMinor, maxPerBuyer],
  )
  await query(databaseUrl, 'insert into allotment (event_id, id, ticket_type_id, capacity) values ($1, $2, $2, $3)', [
    eventUuid,
    typeUuid,
    capacity,
  ])
  await query(
    databaseUrl,
    'insert into ticket_type_allotment (event_id, ticket_type_id, allotment_id) values ($1, $2, $2)',
    [eventUuid, typeUuid],
  )
  const [eventId, ticketTypeId] = [toId('evt', eventUuid), toId('typ', typeUuid)]
  return {
    eventUuid,
    order: (quantity, buyer = BUYER) => ({ eventId, lines: [{ ticketTypeId, quantity }], buyer, locale: 'fr' }),
  }
}

/** One statement from outside the service. */
export async function query<Row extends pg.QueryResultRow>(
  databaseUrl: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    return (await client.query<Row>(text, values)).rows
  } finally {
    await client.end()
  }
}
