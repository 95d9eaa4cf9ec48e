import { sql } from '@guichet/database'
import { addToOutbox, type OutboxEntry } from '@guichet/messaging'
import { newUuid } from '@guichet/server'
import type { TicketsTx } from '../db.ts'
import { refundPromised } from '../ledger/entries.ts'
import { postLedger } from '../ledger/post-ledger.ts'
import { type GivenBack, giveBack } from '../stock/give-back.ts'
import { takenBack } from '../tickets/transfer.ts'
import { earningsGivenBack } from './earnings.ts'
import type { OrderBooks } from './order-books.ts'
import type { RefundPlan } from './plan-refund.ts'
import type { RefundReason } from './refund.ts'

/** Why, on whose word, and when the job first sends the money; by default it leaves the caller time to do so. */
export interface RefundCause {
  reason: RefundReason
  requestedBy?: string | undefined
  runId?: string | undefined
  note?: string | undefined
  firstAttemptAt?: Date | undefined
}

export interface PlannedRefund {
  books: OrderBooks
  plan: RefundPlan
}

/**
 * Promises refunds: their rows, which a job works off, and in the same transaction void tickets, places on sale again, what the
 * orders still are worth, and the ledger. A few statements however many they are. The books were read with their locks.
 * @returns the refunds' ids, in the order of `planned`
 */
export async function promiseRefunds(
  tx: TicketsTx,
  planned: readonly PlannedRefund[],
  cause: RefundCause,
  now: Date,
): Promise<string[]> {
  if (planned.length === 0) return []
  const refunds = planned.map((one) => ({ ...one, id: newUuid(), eventId: one.books.order.event_id }))
  await addRefunds(tx, refunds, cause, now)
  await voidTickets(tx, refunds)
  // Of an event that does not take place its holders hear as everybody does.
  const taken = cause.reason === 'event-cancelled' ? [] : refunds.flatMap(takenFromHolders)
  if (taken.length > 0) await addToOutbox(tx, taken)
  const places = await giveBack(tx, refunds.filter(({ plan }) => plan.ticketIds.length > 0).map(toGivenBack))
  await updateOrders(tx, refunds, places, now)
  await postLedger(
    tx,
    refunds.map(({ id, books, plan }) => {
      const money = { id, amount_minor: plan.amountMinor, currency: books.order.currency }
      return refundPromised(books.order, money, earningsGivenBack(books, plan), now)
    }),
  )
  return refunds.map((refund) => refund.id)
}

function takenFromHolders({ books, plan }: PlannedRefund): OutboxEntry[] {
  const given = new Set(plan.ticketIds)
  const theirs = books.tickets.filter((ticket) => ticket.passedOn && given.has(ticket.id))
  return theirs.map(({ id, issue }) => takenBack(books.order, { id, code_version: issue }))
}

type NewRefund = PlannedRefund & { id: string; eventId: string }

async function addRefunds(tx: TicketsTx, refunds: readonly NewRefund[], cause: RefundCause, now: Date): Promise<void> {
  const next = cause.firstAttemptAt ?? new Date(now.getTime() + 10_000)
  const rows = refunds.map(({ id, eventId, books, plan }) => {
    if (!books.payment) throw new Error('What was not paid cannot be refunded')
    return {
      event_id: eventId,
      id,
      order_id: books.order.id,
      payment_id: books.payment.id,
      reason: cause.reason,
      state: 'pending' as const,
      amount_minor: plan.amountMinor,
      currency: books.order.currency,
      requested_by: cause.requestedBy ?? null,
      run_id: cause.runId ?? null,
      note: cause.note ?? null,
      ends_order: plan.endsOrder,
      created_at: now,
      next_attempt_at: next,
    }
  })
  await tx.insertInto('refund').values(rows).execute()
  const lines = refunds.flatMap(({ id, eventId, plan }) => plan.lines.map((line) => ({ id, eventId, ...line })))
  await sql`
    insert into refund_line (event_id, refund_id, line_number, quantity, amount_minor)
    select * from unnest(${lines.map((one) => one.eventId)}::uuid[], ${lines.map((one) => one.id)}::uuid[],
                         ${lines.map((one) => one.lineNumber)}::int[], ${lines.map((one) => one.quantity)}::int[],
                         ${lines.map((one) => one.amountMinor)}::bigint[])`.execute(tx)
}

async function voidTickets(tx: TicketsTx, refunds: readonly NewRefund[]): Promise<void> {
  const tickets = refunds.flatMap(({ id, eventId, plan }) =>
    plan.ticketIds.map((ticketId) => ({ id, eventId, ticketId })),
  )
  if (tickets.length === 0) return
  const { numAffectedRows } = await sql`
    with given as (
      select * from unnest(${tickets.map((one) => one.eventId)}::uuid[], ${tickets.map((one) => one.ticketId)}::uuid[],
                           ${tickets.map((one) => one.id)}::uuid[]) as given (event_id, ticket_id, refund_id)),
    told as (
      insert into refund_ticket (event_id, ticket_id, refund_id) select event_id, ticket_id, refund_id from given)
    update ticket set state = 'void' from given
     where ticket.event_id = given.event_id and ticket.id = given.ticket_id and ticket.state = 'valid'`.execute(tx)
  if (numAffectedRows !== BigInt(tickets.length)) throw new Error('A ticket has changed although it is locked')
  const lines = refunds.flatMap(({ eventId, books, plan }) =>
    plan.lines.map((line) => ({ eventId, orderId: books.order.id, ...line })),
  )
  await sql`
    update order_line set void_quantity = void_quantity + given.quantity
      from unnest(${lines.map((one) => one.eventId)}::uuid[], ${lines.map((one) => one.orderId)}::uuid[],
                  ${lines.map((one) => one.lineNumber)}::int[], ${lines.map((one) => one.quantity)}::int[])
        as given (event_id, order_id, line_number, quantity)
     where order_line.event_id = given.event_id and order_line.order_id = given.order_id
       and order_line.line_number = given.line_number and given.quantity > 0`.execute(tx)
}

function toGivenBack({ books, plan }: NewRefund): GivenBack {
  const typeOf = new Map(books.lines.map((line) => [line.number, line.ticketTypeId]))
  const tickets = new Map<string, number>()
  for (const { lineNumber, quantity } of plan.lines) {
    const type = typeOf.get(lineNumber)
    if (type && quantity > 0) tickets.set(type, (tickets.get(type) ?? 0) + quantity)
  }
  return { order: books.order, tickets: plan.endsOrder ? 'all' : tickets }
}

async function updateOrders(
  tx: TicketsTx,
  refunds: readonly NewRefund[],
  places: ReadonlyMap<string, readonly number[]>,
  now: Date,
): Promise<void> {
  const { numAffectedRows } = await sql`
    update orders set refunded_minor = refunded_minor + given.amount, version = version + 1,
                      state = case when given.ends then 'refunded' else state end,
                      ended_at = case when given.ends then ${now}::timestamptz else ended_at end,
                      allotment_places = coalesce(given.places::int[], allotment_places)
      from unnest(${refunds.map((one) => one.eventId)}::uuid[], ${refunds.map(({ books }) => books.order.id)}::uuid[],
                  ${refunds.map(({ plan }) => plan.amountMinor)}::bigint[], ${refunds.map(({ plan }) => plan.endsOrder)}::boolean[],
                  ${refunds.map(({ books }) => literal(places.get(books.order.id)))}::text[])
        as given (event_id, id, amount, ends, places)
     where orders.event_id = given.event_id and orders.id = given.id and orders.state in ('confirmed', 'refunded')`.execute(
    tx,
  )
  if (numAffectedRows !== BigInt(refunds.length)) throw new Error('An order has changed although it is locked')
}

const literal = (numbers: readonly number[] | undefined) => (numbers ? `{${numbers.join(',')}}` : null)
