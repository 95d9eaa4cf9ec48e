import { inTransaction, sql } from '@guichet/database'
import type { Context } from '../context.ts'
import { COLUMNS, type OrderRow, type RefundRunRow, type TicketsTx } from '../db.ts'
import { readBooks } from './order-books.ts'
import { planEach, type RefundWish } from './plan-refund.ts'
import { promiseRefunds } from './promise-refunds.ts'

/** What a mass refund gives back, seen before and after. */
export interface RefundTotals {
  orders: number
  tickets: number
  amountMinor: number
  currency: string | null
  /** Left out: somebody has come in with them. */
  checkedIn: number
}

/** Which tickets: of these types, or of all. */
export type RunTerms = Pick<RefundRunRow, 'event_id' | 'ticket_type_ids' | 'force'>

const PAGE = 100

const wishOf = ({ ticket_type_ids, force }: RunTerms): RefundWish => ({
  ...(ticket_type_ids.length > 0 ? { ticketTypeIds: ticket_type_ids } : {}),
  admitted: force ? 'include' : 'leave',
  // Of what a bank has taken back there is nothing to give; the tickets become void all the same.
  short: 'cap',
})

/** What a run would give back now, to the minor unit: planned order by order as the run itself will. */
export async function previewRun(ctx: Context, terms: RunTerms): Promise<RefundTotals> {
  return inTransaction(ctx.db, async (tx) => {
    const totals: RefundTotals = { orders: 0, tickets: 0, amountMinor: 0, currency: null, checkedIn: 0 }
    let last: string | null = null
    for (;;) {
      const orders: OrderRow[] = await nextOrders(tx, terms, last)
      last = orders.at(-1)?.id ?? null
      if (last === null) return totals
      const planned = planEach(await readBooks(tx, orders, { lock: false }), wishOf(terms))
      for (const { books, plan } of planned) {
        totals.orders += 1
        totals.tickets += plan.ticketIds.length
        totals.amountMinor += plan.amountMinor
        totals.currency = books.order.currency
      }
      totals.checkedIn += await countAdmitted(tx, terms, orders)
    }
  })
}

/**
 * Carries one run on by a page of orders, in one transaction; killed anywhere, the next round goes on after the last page that
 * was committed. Returns how many orders it dealt with.
 */
export async function continueRun(tx: TicketsTx, run: RefundRunRow, now: Date): Promise<number> {
  const page = await nextOrders(tx, run, run.last_order_id)
  const last = page.at(-1)
  if (!last) {
    const again = run.last_order_id !== null && (await hasLeftBehind(tx, run))
    await updateRun(tx, run, again ? { last_order_id: null } : { state: 'done', finished_at: now })
    return again ? 1 : 0
  }
  const orders = await lockAll(tx, page)
  const planned = planEach(await readBooks(tx, orders, { lock: true }), wishOf(run))
  const cause = { reason: 'requested', requestedBy: run.requested_by, runId: run.id, firstAttemptAt: now } as const
  await promiseRefunds(tx, planned, { ...cause, note: run.note ?? undefined }, now)
  await updateRun(tx, run, {
    last_order_id: last.id,
    orders_done: run.orders_done + planned.length,
    tickets_done: run.tickets_done + planned.reduce((sum, { plan }) => sum + plan.ticketIds.length, 0),
    amount_done_minor: run.amount_done_minor + planned.reduce((sum, { plan }) => sum + plan.amountMinor, 0),
  })
  return page.length
}

/**
 * Whether an order that was held when the run began was paid for behind its back. Those placed later are none of the run's,
 * or it would follow a sale that goes on for as long as it does.
 */
async function hasLeftBehind(tx: TicketsTx, run: RefundRunRow): Promise<boolean> {
  for (let last: string | null = null; ; ) {
    const orders: OrderRow[] = await nextOrders(tx, run, last)
    last = orders.at(-1)?.id ?? null
    if (last === null) return false
    const held = orders.filter((order) => order.created_at <= run.created_at)
    const planned = held.length > 0 ? planEach(await readBooks(tx, held, { lock: false }), wishOf(run)) : []
    if (planned.some(({ plan }) => plan.ticketIds.length > 0)) return true
  }
}

async function updateRun(tx: TicketsTx, run: RefundRunRow, changes: Partial<RefundRunRow>): Promise<void> {
  await tx
    .updateTable('refund_run')
    .set({ ...changes, planned: undefined })
    .where('event_id', '=', run.event_id)
    .where('id', '=', run.id)
    .execute()
}

/** Confirmed orders with valid tickets of these types, in the order of their ids. */
async function nextOrders(tx: TicketsTx, terms: RunTerms, after: string | null): Promise<OrderRow[]> {
  let query = tx
    .selectFrom('orders')
    .select(COLUMNS.orders)
    .where('event_id', '=', terms.event_id)
    .where('state', '=', 'confirmed')
    .where(
      sql<boolean>`exists (select from ticket where ticket.event_id = orders.event_id and ticket.order_id = orders.id
        and state = 'valid' and (${terms.ticket_type_ids.length === 0} or ticket_type_id = any(${terms.ticket_type_ids}::uuid[])))`,
    )
  if (after) query = query.where('id', '>', after)
  return query.orderBy('id').limit(PAGE).execute()
}

async function lockAll(tx: TicketsTx, orders: readonly OrderRow[]): Promise<OrderRow[]> {
  return tx
    .selectFrom('orders')
    .select(COLUMNS.orders)
    .where('event_id', '=', orders[0]?.event_id ?? '')
    .where(
      'id',
      'in',
      orders.map((order) => order.id),
    )
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
}

async function countAdmitted(tx: TicketsTx, terms: RunTerms, orders: readonly OrderRow[]): Promise<number> {
  if (terms.force) return 0
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from ticket join check_in using (event_id)
     where check_in.ticket_id = ticket.id and ticket.event_id = ${terms.event_id} and ticket.state = 'valid'
       and ticket.order_id = any(${orders.map((order) => order.id)}::uuid[])
       and (${terms.ticket_type_ids.length === 0} or ticket.ticket_type_id = any(${terms.ticket_type_ids}::uuid[]))`.execute(
    tx,
  )
  return rows[0]?.count ?? 0
}
