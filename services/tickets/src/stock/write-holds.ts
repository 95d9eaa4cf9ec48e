import { arrayLiteral, type Pool, type PoolClient } from '@guichet/database'
import type { KeyClaim } from '@guichet/server'
import type { OrderLineRow, OrderRow } from '../db.ts'

/** Places to be held in one allotment, if its terms still have this version. */
export interface HeldMove {
  eventId: string
  allotmentId: string
  held: number
  version: number
}

export interface NewHold {
  order: OrderRow
  lines: readonly OrderLineRow[]
  idempotency: KeyClaim | undefined
}

/** What is kept of the first answer; the rest of it follows from the order and the request. */
export interface FirstAnswer {
  orderId: string
  expiresAt: string
}

/**
 * Everything that a batch of holds changes, in one statement whose text never changes. The names of types come from their
 * table: they have not changed, since the version of the terms is compared in the locked row. If a place, or anything else, is
 * missing, the last line divides by zero, and nothing of it is committed. The stock is moved first: a batch that
 * has to wait for another of the same event does so before it has cost anything.
 */
const WRITE_HOLDS = `
  with moved as (
    update allotment set held = allotment.held + move.held
      from unnest($1::uuid[], $2::uuid[], $3::int[], $35::bigint[]) as move (event_id, allotment_id, held, version)
     where allotment.event_id = move.event_id and allotment.id = move.allotment_id
       and allotment.held + allotment.sold + move.held <= allotment.capacity
       and allotment.terms_version = move.version and allotment.waiting <= $36
    returning 1),
  placed as (
    insert into orders (event_id, id, organizer_id, state, buyer_user_id, buyer_name, buyer_email, locale, currency, total_minor,
                        expires_at, created_at, allotment_ids, allotment_places, promo_code_id, promo_code, buyer_key,
                        waiting_entry_id)
    select event_id, id, organizer_id, 'held', buyer_user_id, buyer_name, buyer_email, locale, currency, total_minor,
           expires_at, $4::timestamptz, allotment_ids::uuid[], allotment_places::int[], promo_code_id, promo_code, buyer_key,
           waiting_entry_id
      from unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bigint[],
                  $14::timestamptz[], $15::text[], $16::text[], $17::uuid[], $18::text[], $19::text[], $20::uuid[])
        as hold (event_id, id, organizer_id, buyer_user_id, buyer_name, buyer_email, locale, currency, total_minor,
                 expires_at, allotment_ids, allotment_places, promo_code_id, promo_code, buyer_key, waiting_entry_id)
    returning 1),
  lined as (
    insert into order_line (event_id, order_id, line_number, ticket_type_id, type_name, quantity, unit_price_minor, full_price_minor,
                            unit_fee_minor, vat_bp, fee_vat_bp)
    select line.event_id, line.order_id, line.line_number, line.ticket_type_id, type.name, line.quantity, line.unit_price_minor,
           line.full_price_minor, line.unit_fee_minor, line.vat_bp, line.fee_vat_bp
      from unnest($21::uuid[], $22::uuid[], $23::int[], $24::uuid[], $25::int[], $26::bigint[], $27::bigint[], $39::bigint[],
                  $40::int[], $41::int[])
        as line (event_id, order_id, line_number, ticket_type_id, quantity, unit_price_minor, full_price_minor, unit_fee_minor,
                 vat_bp, fee_vat_bp)
      join ticket_type type on type.event_id = line.event_id and type.id = line.ticket_type_id
    returning 1),
  keyed as (
    insert into idempotency_key (scope, key, request_hash, status, body, created_at)
    select scope, key, request_hash, 201, jsonb_build_object('orderId', order_id, 'expiresAt', expires_at), clock_timestamp()
      from unnest($28::text[], $29::text[], $30::bytea[], $31::uuid[], $32::timestamptz[])
        as key (scope, key, request_hash, order_id, expires_at)
    returning 1)
  select 1 / ((select count(*) from moved) = $33 and (select count(*) from placed) = $37 and (select count(*) from lined) = $34
              and (select count(*) from keyed) = $38)::int`

/** Sends the statement, in the caller's transaction or in one of its own. `allotment_not_oversold` has the last word. */
export async function writeHolds(
  client: PoolClient | Pool,
  now: Date,
  moves: readonly HeldMove[],
  holds: readonly NewHold[],
  { waitingMax }: { waitingMax: number },
): Promise<void> {
  const orders = holds.map(({ order }) => order)
  const lines = holds.flatMap((hold) => hold.lines)
  const claims = holds.flatMap(({ idempotency, order }) => (idempotency ? [{ ...idempotency, order }] : []))
  const column = <Row>(rows: readonly Row[], value: (row: Row) => string | number | null) => {
    const values = rows.map(value)
    // unnest makes up for what is missing with nulls; most orders have no code, account or offer.
    return values.every((one) => one === null) ? '{}' : arrayLiteral(values)
  }
  await client.query({
    name: 'write-holds',
    text: WRITE_HOLDS,
    values: [
      column(moves, (move) => move.eventId),
      column(moves, (move) => move.allotmentId),
      column(moves, (move) => move.held),
      now.toISOString(),
      column(orders, (order) => order.event_id),
      column(orders, (order) => order.id),
      column(orders, (order) => order.organizer_id),
      column(orders, (order) => order.buyer_user_id),
      column(orders, (order) => order.buyer_name),
      column(orders, (order) => order.buyer_email),
      column(orders, (order) => order.locale),
      column(orders, (order) => order.currency),
      column(orders, (order) => order.total_minor),
      column(orders, (order) => order.expires_at.toISOString()),
      column(orders, (order) => `{${order.allotment_ids.join(',')}}`),
      column(orders, (order) => `{${order.allotment_places.join(',')}}`),
      column(orders, (order) => order.promo_code_id),
      column(orders, (order) => order.promo_code),
      column(orders, (order) => order.buyer_key),
      column(orders, (order) => order.waiting_entry_id),
      column(lines, (line) => line.event_id),
      column(lines, (line) => line.order_id),
      column(lines, (line) => line.line_number),
      column(lines, (line) => line.ticket_type_id),
      column(lines, (line) => line.quantity),
      column(lines, (line) => line.unit_price_minor),
      column(lines, (line) => line.full_price_minor),
      column(claims, (claim) => claim.scope),
      column(claims, (claim) => claim.key),
      column(claims, (claim) => `\\x${claim.requestHash.toString('hex')}`),
      column(claims, ({ order }) => order.id),
      column(claims, ({ order }) => order.expires_at.toISOString()),
      moves.length,
      lines.length,
      column(moves, (move) => move.version),
      waitingMax,
      orders.length,
      claims.length,
      column(lines, (line) => line.unit_fee_minor),
      column(lines, (line) => line.vat_bp),
      column(lines, (line) => line.fee_vat_bp),
    ],
  })
}
