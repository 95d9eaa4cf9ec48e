import { parseId } from '@guichet/server'
import pg from 'pg'

export interface ProviderJournal {
  /** `reference` is our payment's id. */
  charges: { sessionId: string; reference: string; amountMinor: number; currency: string }[]
  refunds: { id: string; sessionId: string; amountMinor: number; currency: string }[]
}

export interface Books {
  databaseUrl: string
  /** `GET /journal` of the payment provider; leave out when nothing was paid. */
  journal?: ProviderJournal
  /** The end of what is still allowed to be held; default: the database's clock. */
  now?: Date
}

/** Each query gives a row per violation: what is wrong, and where. */
const QUERIES: Record<string, string> = {
  'I1 held or sold differs from the orders': `
    select pool.id, pool.held, pool.sold, coalesce(places.held, 0) as held_by_orders, coalesce(places.sold, 0) as sold_by_orders
      from allotment pool left join (
        select orders.event_id, draw.allotment_id,
               sum(draw.places) filter (where orders.state = 'held')::int as held,
               sum(draw.places) filter (where orders.state = 'confirmed')::int as sold
          from orders, unnest(allotment_ids, allotment_places) as draw (allotment_id, places)
         group by 1, 2) places on places.event_id = pool.event_id and places.allotment_id = pool.id
     where pool.held <> coalesce(places.held, 0) or pool.sold <> coalesce(places.sold, 0)`,
  'I1 an order draws on other pools than its types': `
    select orders.id, orders.state, drawn.pools, due.pools as due
      from orders
      join lateral (select array_agg(array[allotment_id::text, places::text] order by allotment_id) as pools
                      from unnest(allotment_ids, allotment_places) as draw (allotment_id, places)
                     where draw.places > 0 and exists (select from allotment where id = allotment_id and kind <> 'promo')) drawn on true
      join lateral (select array_agg(array[allotment_id::text, places::text] order by allotment_id) as pools from (
                      select draw.allotment_id, sum(line.quantity - line.void_quantity) as places from order_line line
                        join ticket_type_allotment draw on draw.event_id = line.event_id and draw.ticket_type_id = line.ticket_type_id
                       where line.event_id = orders.event_id and line.order_id = orders.id and line.quantity > line.void_quantity group by 1) one) due on true
     where orders.state in ('held', 'confirmed') and drawn.pools is distinct from due.pools`,
  'the waiting list is miscounted': `
    select pool.id, pool.waiting, entries.waiting as entries
      from allotment pool join lateral (
        select count(*)::int as waiting from waiting_entry
         where event_id = pool.event_id and ticket_type_id = pool.ticket_type_id and state = 'waiting') entries on true
     where pool.waiting <> entries.waiting`,
  'I1 oversold': 'select id, capacity, held, sold from allotment where held < 0 or sold < 0 or held + sold > capacity',
  'I1 the constraint is missing': `
    select 'allotment_not_oversold' as name where not exists (select from pg_constraint where conname = 'allotment_not_oversold')`,
  'I1 tickets differ from the order': `
    select orders.id, orders.state, tickets.valid, tickets.void, lines.quantity, lines.void as void_by_lines
      from orders
      join lateral (select sum(quantity)::int as quantity, sum(void_quantity)::int as void,
                           sum(quantity * (unit_price_minor + unit_fee_minor))::bigint as total from order_line
                     where event_id = orders.event_id and order_id = orders.id) lines on true
      join lateral (select count(*) filter (where state = 'valid')::int as valid, count(*) filter (where state = 'void')::int as void
                      from ticket where event_id = orders.event_id and order_id = orders.id) tickets on true
     where (tickets.valid, tickets.void) is distinct from (case orders.state when 'confirmed' then lines.quantity - lines.void else 0 end,
                                                          case orders.state when 'confirmed' then lines.void
                                                                            when 'refunded' then lines.quantity else 0 end)
        or (orders.state = 'refunded' and lines.void <> lines.quantity)
        or (orders.state not in ('confirmed', 'refunded') and lines.void > 0)
        or lines.total <> orders.total_minor`,
  'I1 a void ticket without its refund, or a refund whose ticket is valid': `
    select ticket.id, ticket.state, given.refund_id from ticket
      left join refund_ticket given on given.event_id = ticket.event_id and given.ticket_id = ticket.id
     where (ticket.state = 'void') <> (given.refund_id is not null)`,
  'a paid order has not exactly one invoice of its total, or a free one has one': `
    select orders.id, orders.state, orders.total_minor, papers.total from orders
      join lateral (select array_agg(total_minor) as total from invoice
                     where event_id = orders.event_id and order_id = orders.id and kind = 'invoice') papers on true
     where papers.total is distinct from (case when orders.confirmed_at is not null and orders.total_minor > 0
                                               then array[orders.total_minor] end)`,
  'papers are not numbered from 1 without a gap, in the order of time': `
    select organizer_id, mode, kind, number, row, issued_at from (
      select organizer_id, mode, kind, number, issued_at, row_number() over series as row, lag(issued_at) over series as before
        from invoice window series as (partition by organizer_id, mode, kind order by number)) paper
     where number <> row or issued_at < before`,
  'a paper is not of the mode of the money it is about': `
    select invoice.id, invoice.kind, invoice.mode, payment.mode as paid_with from invoice
      join payment on payment.event_id = invoice.event_id and payment.order_id = invoice.order_id
       and payment.problem is null and payment.state in ('succeeded', 'refunded')
     where invoice.mode <> payment.mode`,
  'I2 money kept differs from what the order is worth': `
    select orders.id, orders.state, orders.total_minor, orders.refunded_minor, money.charged, money.refunded, money.own_refunded
      from orders join lateral (
        select coalesce((select sum(charged_minor) from payment where event_id = orders.event_id and order_id = orders.id), 0) as charged,
               coalesce(sum(refund.amount_minor), 0) as refunded,
               coalesce(sum(refund.amount_minor) filter (where payment.problem is null), 0) as own_refunded
          from refund join payment on payment.event_id = refund.event_id and payment.id = refund.payment_id
         where refund.event_id = orders.event_id and refund.order_id = orders.id) money on true
     where money.charged - money.refunded
             <> case when orders.state in ('confirmed', 'refunded') then orders.total_minor - orders.refunded_minor else 0 end
        or orders.refunded_minor <> money.own_refunded`,
  'I2 a refund is not the sum of its lines': `
    select refund.id, refund.amount_minor, lines.amount, lines.tickets, given.tickets as void from refund
      join payment on payment.event_id = refund.event_id and payment.id = refund.payment_id
      join lateral (select coalesce(sum(amount_minor), 0) as amount, coalesce(sum(quantity), 0) as tickets from refund_line
                     where event_id = refund.event_id and refund_id = refund.id) lines on true
      join lateral (select count(*) as tickets from refund_ticket where event_id = refund.event_id and refund_id = refund.id) given on true
     where payment.problem is null and (refund.amount_minor <> lines.amount or lines.tickets <> given.tickets)`,
  'I3 a refund is still under way': `select id, order_id, last_error from refund where state = 'pending'`,
  'I4 more refunded than charged': `
    select payment.id, payment.charged_minor, sum(refund.amount_minor) as refunded
      from payment join refund on refund.event_id = payment.event_id and refund.payment_id = payment.id
     group by payment.event_id, payment.id having sum(refund.amount_minor) > coalesce(payment.charged_minor, 0)`,
  'I4 a confirmed order has not exactly one payment of its own': `
    select orders.id, orders.state from orders
     where orders.confirmed_at is not null and 1 <> (
       select count(*) from payment where event_id = orders.event_id and order_id = orders.id
          and problem is null and state in ('succeeded', 'refunded'))`,
  'I9 an end was left again': `
    select id, state, confirmed_at, ended_at from orders
     where (state in ('expired', 'cancelled', 'refunded')) <> (ended_at is not null)
        or (state in ('expired', 'cancelled') and confirmed_at is not null) or (state = 'refunded' and confirmed_at is null)`,
  'the ledger does not balance': `
    select source_id, kind, sum(amount_minor) from ledger_posting group by 1, 2 having sum(amount_minor) <> 0`,
  'the ledger differs from the order': `
    select orders.id, orders.state, books.*, due.* from orders
      join lateral (
        select coalesce(sum(amount_minor) filter (where account = 'customer-prepayments'), 0) as unspent,
               coalesce(sum(amount_minor) filter (where account like 'provider:%'), 0) as at_provider,
               coalesce(sum(amount_minor) filter (where account = 'disputes'), 0) as disputed,
               coalesce(-sum(amount_minor) filter (where account = 'refunds-due'), 0) as owed,
               coalesce(-sum(amount_minor) filter (where account in ('sales', 'vat', 'fees', 'fee-vat')), 0) as earned
          from ledger_posting where order_id = orders.id) books on true
      join lateral (
        select coalesce((select sum(charged_minor) from payment where event_id = orders.event_id and order_id = orders.id), 0) as charged,
               coalesce((select sum(amount_minor) from refund where event_id = orders.event_id and order_id = orders.id and state = 'succeeded'), 0) as paid_back,
               coalesce((select sum(amount_minor) from refund where event_id = orders.event_id and order_id = orders.id and state <> 'succeeded'), 0) as to_pay_back,
               coalesce((select sum(amount_minor) from dispute where event_id = orders.event_id and order_id = orders.id and state = 'open'), 0) as open_disputes,
               coalesce((select sum(amount_minor) from dispute where event_id = orders.event_id and order_id = orders.id and state = 'lost'), 0) as lost
        ) due on true
     where books.unspent <> 0 or books.owed <> due.to_pay_back or books.disputed <> due.open_disputes
        or books.at_provider <> due.charged - due.paid_back - due.open_disputes - due.lost
        or books.earned <> case when orders.state in ('confirmed', 'refunded') then orders.total_minor - orders.refunded_minor else 0 end - due.lost`,
  'the ledger differs from the money at the bank': `
    select entry.id, entry.outcome, books.arrived, books.gone
      from bank_entry entry
      join lateral (select coalesce(bool_or(kind = 'entry-arrived'), false) as arrived,
                           coalesce(bool_or(kind in ('entry-assigned', 'entry-closed')), false) as gone
                      from ledger_transaction where source_id = entry.id and kind like 'entry-%') books on true
     where case when entry.outcome in ('paid', 'part') then books.arrived <> books.gone
                when entry.outcome in ('sent-back', 'recorded-before') then not (books.arrived and books.gone)
                else not books.arrived or books.gone end`,
  'the ledger has a movement of nobody': `
    select source_id, kind from ledger_transaction where kind <> 'manual' and order_id not in (select id from orders)`,
  'I11 a hold outlived its deadline': `select id, expires_at from orders where state = 'held' and expires_at < $1::timestamptz - interval '60 seconds'`,
  'I6 an answer is kept for an order that is not there': `
    select scope, key, body from idempotency_key
     where scope like '%:placeOrder' and not exists (select from orders where id = (body->>'orderId')::uuid)`,
  'I6 an order has two keys': `
    select body->>'orderId' as id, array_agg(key) as keys from idempotency_key where scope like '%:placeOrder' group by 1 having count(*) > 1`,
  'I11 a transaction was left open': `
    select pid, state_change, query from pg_stat_activity
     where datname = current_database() and state like 'idle in transaction%' and state_change < now() - interval '5 seconds'`,
  'I12 a code is not unique': 'select id, count(*) from ticket group by id having count(*) > 1',
  'I12 order numbers have a gap or a double': `
    select organizer_id, count(*), count(distinct number), max(number::bigint) from orders where number is not null group by 1
    having count(*) <> count(distinct number) or count(*) <> max(number::bigint)`,
  'a number without a confirmation': 'select id from orders where (number is null) <> (confirmed_at is null)',
}

/**
 * Holds the books of tickets against each other and against the payment provider's own. Each string says what does not
 * close; none means that all does. Call it once nothing is under way any more: no payment processing, no refund pending.
 */
export async function findViolations({ databaseUrl, journal, now }: Books): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const violations: string[] = []
    for (const [name, query] of Object.entries(QUERIES)) {
      const { rows } = await client.query(query, query.includes('$1') ? [now ?? new Date()] : [])
      violations.push(...rows.map((row) => `${name}: ${JSON.stringify(row)}`))
    }
    violations.push(...(await compareWithOutbox(client)))
    if (journal) violations.push(...(await compareWithJournal(client, journal)))
    return violations
  } finally {
    await client.end()
  }
}

const ABOUT_REFUNDS = {
  whole: 'tickets.order-refunded.v1',
  partial: 'tickets.order-partially-refunded.v1',
  unspent: 'tickets.payment-refunded.v1',
}

/** I8: one message per confirmation and per refund, and none for what did not happen. */
async function compareWithOutbox(client: pg.Client): Promise<string[]> {
  const orders = await client.query<{ id: string; state: string; confirmed: boolean }>(
    'select id, state, confirmed_at is not null as confirmed from orders',
  )
  const refunds = await client.query<{ order_id: string; about: keyof typeof ABOUT_REFUNDS }>(
    `select refund.order_id,
            case when payment.problem is not null then 'unspent' when refund.ends_order then 'whole' else 'partial' end as about
       from refund join payment on payment.event_id = refund.event_id and payment.id = refund.payment_id
      where refund.state = 'succeeded'`,
  )
  const messages = await client.query<{ type: string; subject: string }>(
    'select type, subject from outbox where type = any($1)',
    [['tickets.order-confirmed.v1', ...Object.values(ABOUT_REFUNDS)]],
  )
  const failures = await client.query<{ payment: string }>(
    `select data->>'paymentId' as payment from outbox where type = 'tickets.payment-failed.v1' group by 1 having count(*) > 1`,
  )
  const due = new Map<string, number>()
  const sent = new Map<string, number>()
  const count = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)
  for (const { id, confirmed } of orders.rows) if (confirmed) count(due, `tickets.order-confirmed.v1 ${id}`)
  for (const { order_id, about } of refunds.rows) count(due, `${ABOUT_REFUNDS[about]} ${order_id}`)
  for (const { type, subject } of messages.rows) count(sent, `${type} ${parseId('ord', subject)}`)
  return [
    ...[...new Set([...due.keys(), ...sent.keys()])]
      .filter((key) => due.get(key) !== sent.get(key))
      .map((key) => `I8 ${key}: ${due.get(key) ?? 0} due, ${sent.get(key) ?? 0} announced`),
    ...failures.rows.map(({ payment }) => `I8 ${payment}: announced as failed more than once`),
  ]
}

interface OurPayment {
  id: string
  order_id: string
  provider_reference: string
  charged_minor: string | null
  charged_currency: string | null
  /** It bought its order. */
  bought: boolean
  /** What we promised back of it. */
  promised: string
}

async function compareWithJournal(client: pg.Client, journal: ProviderJournal): Promise<string[]> {
  const payments = await client.query<OurPayment>(
    `select payment.id, payment.order_id, provider_reference, charged_minor, charged_currency,
            problem is null and orders.state in ('confirmed', 'refunded') as bought,
            (select coalesce(sum(amount_minor), 0) from refund
              where refund.event_id = payment.event_id and refund.payment_id = payment.id) as promised
       from payment join orders on orders.event_id = payment.event_id and orders.id = payment.order_id
      where provider = 'simulated'`,
  )
  const refunds = await client.query<{ provider_reference: string; amount_minor: string; currency: string }>(
    `select refund.provider_reference, refund.amount_minor, refund.currency
       from refund join payment on payment.event_id = refund.event_id and payment.id = refund.payment_id
      where refund.state = 'succeeded' and payment.provider = 'simulated' and refund.amount_minor > 0 and refund.settled_by is null`,
  )
  const ours = new Map(
    payments.rows
      .filter((row) => row.charged_minor !== null)
      .map((row) => [row.provider_reference, `${row.charged_minor} ${row.charged_currency}`]),
  )
  const theirs = new Map(journal.charges.map((one) => [one.sessionId, `${one.amountMinor} ${one.currency}`]))
  const ourRefunds = new Map(refunds.rows.map((row) => [row.provider_reference, `${row.amount_minor} ${row.currency}`]))
  const theirRefunds = new Map(journal.refunds.map((one) => [one.id, `${one.amountMinor} ${one.currency}`]))
  return [
    ...differences('I2 charge', ours, theirs),
    ...differences('I2 refund', ourRefunds, theirRefunds),
    ...judgeCharges(payments.rows, journal),
  ]
}

/**
 * I3 and I4 by the provider's journal alone: whatever we believe, a charge has bought its order or was given back in full, no
 * order was charged twice, and no charge was given back more than once.
 */
function judgeCharges(payments: readonly OurPayment[], { charges, refunds }: ProviderJournal): string[] {
  const byId = new Map(payments.map((payment) => [payment.id, payment]))
  const kept = new Map<string, string[]>()
  const violations: string[] = []
  const seen = new Set<string>()
  for (const { sessionId, reference, amountMinor } of charges) {
    if (seen.has(sessionId)) violations.push(`I4 session ${sessionId} was charged twice`)
    seen.add(sessionId)
    const payment = byId.get(parseId('pay', reference) ?? '')
    const back = refunds.filter((one) => one.sessionId === sessionId).reduce((sum, one) => sum + one.amountMinor, 0)
    if (back > amountMinor) violations.push(`I4 charge ${sessionId}: ${back} of ${amountMinor} went back`)
    if (!payment?.bought && back !== amountMinor) {
      violations.push(`I3 charge ${sessionId} bought nothing, and ${back} of ${amountMinor} went back`)
    }
    if (payment && back > Number(payment.promised)) {
      violations.push(
        `I4 order ${payment.order_id}: the provider gave ${back} back, and ${payment.promised} was promised`,
      )
    }
    if (payment && back < amountMinor) kept.set(payment.order_id, [...(kept.get(payment.order_id) ?? []), sessionId])
  }
  for (const [order, sessions] of kept) {
    if (sessions.length > 1)
      violations.push(`I4 order ${order} was charged ${sessions.length} times: ${sessions.join(' ')}`)
  }
  return violations
}

function differences(what: string, ours: Map<string, string>, theirs: Map<string, string>): string[] {
  const ids = new Set([...ours.keys(), ...theirs.keys()])
  return [...ids]
    .filter((id) => ours.get(id) !== theirs.get(id))
    .map((id) => `${what} ${id}: ours ${ours.get(id) ?? 'none'}, the provider's ${theirs.get(id) ?? 'none'}`)
}
