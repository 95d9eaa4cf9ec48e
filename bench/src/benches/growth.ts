import { type Contender, ticketsContender } from '../contenders.ts'
import { perCpuSecond, type Report, ratio, row } from '../report.ts'
import { type Plan, runRounds } from '../rounds.ts'
import { putOnSale } from '../sale.ts'
import type { Stage } from '../stage.ts'
import type { Tickets } from '../tickets.ts'

const CONNECTIONS = 64
/** So that the small one stays small: what a slice sells is removed again after it. */
const ORDERS_MAX = 20_000
const SIZES = {
  small: { events: 100, soldOfEach: 100, soldOfHot: 0 },
  large: { events: 1_000, soldOfEach: 1_000, soldOfHot: 50_000 },
}

/** What an order costs with 10,000 sold in all, and with a hundred times that and 50,000 of the very event. */
export async function growth(stage: Stage, plan: Plan): Promise<Report> {
  const contenders: Contender[] = []
  for (const [id, { events, soldOfEach, soldOfHot }] of Object.entries(SIZES)) {
    const tickets = await stage.startAnother(`growth_${id}`)
    await putOnSale(tickets.client, { events, sold: soldOfEach, capacity: soldOfEach })
    await addTraces(tickets)
    contenders.push(
      sweptContender(ticketsContender(stage, { id, sold: soldOfHot, requestsMax: ORDERS_MAX, tickets }), tickets),
    )
  }
  for (const contender of contenders) await contender.run(CONNECTIONS, plan.seconds)
  const { measured, voided, faults } = await runRounds(
    stage.server.client,
    plan,
    contenders.map((contender) => ({ contender, clients: CONNECTIONS })),
  )
  const what: Record<string, string> = {
    small: 'X, 10,000 orders stored',
    large: 'X, 1,000,000 stored, 50,000 of this event',
  }
  return {
    bench: 'growth',
    rows: [...measured].map(([id, each]) => row(id, what[id] ?? '', each)),
    figures: [
      ratio(
        measured,
        ['large', 'small'],
        { atMost: 1.15 },
        (slice) => 1 / perCpuSecond(slice),
        'CPU for each order, 100 times the data',
      ),
      ratio(measured, ['large', 'small'], undefined, undefined, 'orders a second, 100 times the data'),
    ],
    faults,
    voidedRounds: voided,
  }
}

/** What else an order leaves behind: its payment, its key and its message. */
async function addTraces({ client }: Tickets): Promise<void> {
  await client.query(
    `insert into payment (event_id, id, order_id, provider, state, amount_minor, currency, provider_reference, charged_minor,
                          charged_currency, created_at, settled_at, next_check_at)
     select event_id, uuidv7(), id, 'simulated', 'succeeded', total_minor, currency, uuidv7()::text, total_minor, currency,
            now(), now(), now()
       from orders order by id`,
  )
  await client.query(
    `insert into idempotency_key (scope, key, request_hash, status, body)
     select 'guest:placeOrder', gen_random_uuid()::text, sha256(id::text::bytea), 201,
            jsonb_build_object('orderId', id, 'expiresAt', expires_at)
       from orders order by id`,
  )
  await client.query(
    `insert into outbox (message_id, type, subject, data, published_at)
     select uuidv7(), 'tickets.order-confirmed.v1', id::text, jsonb_build_object('orderId', id, 'eventId', event_id), now()
       from orders order by id`,
  )
  await client.query('vacuum analyze')
}

/** Each slice begins with the data that the first began with, but for the sold places of earlier hot events. */
function sweptContender(contender: Contender, { client }: Tickets): Contender {
  return {
    id: contender.id,
    async run(clients, seconds) {
      const since = (await client.query<{ now: Date }>('select clock_timestamp() as now')).rows[0]?.now
      const slice = await contender.run(clients, seconds)
      await client.query(
        `with swept as (delete from orders where state = 'held' returning event_id, id)
         delete from order_line using swept where order_line.event_id = swept.event_id and order_line.order_id = swept.id`,
      )
      await client.query('delete from idempotency_key where created_at >= $1', [since])
      await client.query('vacuum analyze')
      return slice
    },
  }
}
