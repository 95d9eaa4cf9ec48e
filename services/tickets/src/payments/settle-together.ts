import { inTransaction, sql } from '@guichet/database'
import type { Context } from '../context.ts'
import { COLUMNS, type OrderRow, type PaymentRow, type TicketsTx } from '../db.ts'
import { charge } from '../ledger/entries.ts'
import { postLedger } from '../ledger/post-ledger.ts'
import { confirmHeldOrders } from '../orders/confirm-order.ts'
import type { Settlement } from './settle-payment.ts'

/** `settled`: done, or nothing was left to do. `alone`: not the usual case, and untouched. */
export type Settled = 'settled' | 'alone'

/** What one transaction issues, unless it is one order's: beyond, it would take the memory and the time of all others. */
export const TICKETS_MAX = 5_000

/**
 * Confirms the orders of many payments in one transaction: those that are held, and whose money is what was asked for. All
 * sales of an event share its stock, and all of an organizer its numbers: one by one, each commit would wait for the one
 * before. Locks orders, payments, allotments and numbers, as everybody does, and each of these in the order of the ids.
 * @throws when they have too many tickets together: the batcher then halves the batch.
 */
export async function settleTogether(ctx: Context, settlements: readonly Settlement[]): Promise<Settled[]> {
  return inTransaction(ctx.db, async (tx) => {
    const orders = await lockOrders(tx, settlements)
    const payments = await lockPayments(tx, settlements)
    const published = await publishedEvents(tx, settlements)
    const taken = new Set<string>()
    const results = settlements.map(({ payment, found }): Settled | 'confirm' => {
      const order = orders.get(payment.order_id)
      const current = payments.get(payment.id)
      if (current?.state === 'succeeded' || current?.state === 'refunded') return 'settled'
      const usual =
        found.state === 'succeeded' &&
        order?.state === 'held' &&
        current !== undefined &&
        found.amountMinor === current.amount_minor &&
        found.currency === current.currency &&
        published.has(order.event_id) &&
        !taken.has(order.id)
      if (!usual) return 'alone'
      taken.add(order.id)
      return 'confirm'
    })
    const usual = settlements.filter((_settlement, index) => results[index] === 'confirm')
    if (usual.length > 0) {
      const now = await ctx.time(tx)
      const purchases = usual.flatMap(({ payment: { id, order_id } }) => {
        const [order, payment] = [orders.get(order_id), payments.get(id)]
        return order && payment ? { order, mode: payment.mode } : []
      })
      assertNotTooMany(purchases.map(({ order }) => order))
      await confirmHeldOrders(tx, purchases, now)
      await recordCharges(tx, usual, now)
      await postLedger(
        tx,
        usual.flatMap(({ payment: { id, order_id }, found }) => {
          const [order, payment] = [orders.get(order_id), payments.get(id)]
          return order && payment ? charge(order, payment, found, now) : []
        }),
      )
    }
    const done = settlements.filter((_settlement, index) => results[index] !== 'alone')
    await rememberWebhooks(tx, done)
    return results.map((result) => (result === 'alone' ? 'alone' : 'settled'))
  })
}

/** By the places that they have drawn, of which each ticket has one at least. */
function assertNotTooMany(orders: readonly OrderRow[]): void {
  const places = orders.flatMap((order) => order.allotment_places).reduce((sum, count) => sum + count, 0)
  if (orders.length > 1 && places > TICKETS_MAX) throw new Error(`Too much for one transaction: ${places} places`)
}

async function lockOrders(tx: TicketsTx, settlements: readonly Settlement[]): Promise<Map<string, OrderRow>> {
  const rows = await tx
    .selectFrom('orders')
    .select(COLUMNS.orders)
    .where(
      sql<boolean>`(event_id, id) in (select * from unnest(${settlements.map(({ payment }) => payment.event_id)}::uuid[],
                                                            ${settlements.map(({ payment }) => payment.order_id)}::uuid[]))`,
    )
    .orderBy('event_id')
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

async function lockPayments(tx: TicketsTx, settlements: readonly Settlement[]): Promise<Map<string, PaymentRow>> {
  const rows = await tx
    .selectFrom('payment')
    .select(COLUMNS.payment)
    .where(
      sql<boolean>`(event_id, id) in (select * from unnest(${settlements.map(({ payment }) => payment.event_id)}::uuid[],
                                                            ${settlements.map(({ payment }) => payment.id)}::uuid[]))`,
    )
    .orderBy('event_id')
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

async function publishedEvents(tx: TicketsTx, settlements: readonly Settlement[]): Promise<Set<string>> {
  const rows = await tx
    .selectFrom('event')
    .select('event_id')
    .where('event_id', 'in', [...new Set(settlements.map(({ payment }) => payment.event_id))])
    .where('status', '<>', 'cancelled')
    .execute()
  return new Set(rows.map((row) => row.event_id))
}

async function recordCharges(tx: TicketsTx, settlements: readonly Settlement[], now: Date): Promise<void> {
  await sql`
    update payment set state = 'succeeded', provider_reference = charge.reference, charged_minor = charge.amount,
                       charged_currency = charge.currency, problem = null, settled_at = ${now}
      from unnest(${settlements.map(({ payment }) => payment.event_id)}::uuid[], ${settlements.map(({ payment }) => payment.id)}::uuid[],
                  ${settlements.map(({ found }) => found.reference)}::text[], ${settlements.map(({ found }) => found.amountMinor)}::bigint[],
                  ${settlements.map(({ found }) => found.currency)}::text[]) as charge (event_id, id, reference, amount, currency)
     where payment.event_id = charge.event_id and payment.id = charge.id`.execute(tx)
}

/** A repeated webhook finds its payment settled; the row says that it came. */
async function rememberWebhooks(tx: TicketsTx, settlements: readonly Settlement[]): Promise<void> {
  const webhooks = settlements.flatMap(({ webhook }) => webhook ?? [])
  if (webhooks.length === 0) return
  await sql`
    insert into payment_event (provider, account_id, webhook_id)
    select * from unnest(${webhooks.map(({ provider }) => provider)}::text[], ${webhooks.map(({ accountId }) => accountId)}::uuid[],
                         ${webhooks.map(({ webhookId }) => webhookId)}::text[])
        on conflict do nothing`.execute(tx)
}
