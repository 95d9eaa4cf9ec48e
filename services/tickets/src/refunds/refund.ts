import { toId } from '@guichet/server'
import { type Static, Type } from 'typebox'
import type { RefundRow, TicketsDb, TicketsTx } from '../db.ts'

export type RefundReason =
  | 'requested'
  | 'event-cancelled'
  | 'late-payment'
  | 'duplicate-payment'
  | 'amount-mismatch'
  | 'self-service'

/** `failed`: the provider refused for good; the money is still owed. */
export type RefundState = 'pending' | 'succeeded' | 'failed'

const nullable = (schema: ReturnType<typeof Type.String>) => Type.Union([schema, Type.Null()])
const instant = Type.String({ format: 'date-time' })

const RefundLineAnswer = Type.Object({
  lineNumber: Type.Integer(),
  quantity: Type.Integer({ description: 'Tickets made void; 0 where only money goes back.' }),
  amountMinor: Type.Integer(),
})

/** What a refund gives back. `dryRun` answers it as it would be now. */
export const RefundPreview = Type.Object({
  dryRun: Type.Literal(true),
  orderId: Type.String(),
  amountMinor: Type.Integer(),
  keptMinor: Type.Integer({ description: 'Of what the tickets are worth, not given back.' }),
  currency: Type.String(),
  lines: Type.Array(RefundLineAnswer),
  ticketIds: Type.Array(Type.String({ description: 'Become void.' })),
  endsOrder: Type.Boolean({ description: 'No valid ticket is left: the order is refunded.' }),
})

export const RefundStateSchema = Type.Union([
  Type.Literal('pending'),
  Type.Literal('succeeded'),
  Type.Literal('failed'),
])

export const RefundAnswer = Type.Object({
  id: Type.String(),
  orderId: Type.String(),
  eventId: Type.String(),
  paymentId: Type.String(),
  amountMinor: Type.Integer(),
  currency: Type.String(),
  reason: Type.String(),
  state: RefundStateSchema,
  lines: Type.Array(RefundLineAnswer, { description: 'None for money that had bought nothing.' }),
  ticketIds: Type.Array(Type.String()),
  endsOrder: Type.Boolean(),
  problem: nullable(Type.String({ description: 'Why it has not gone yet, in the provider’s words; for members.' })),
  note: nullable(Type.String({ description: 'For members.' })),
  requestedBy: nullable(Type.String({ description: 'The member who asked for it; for members.' })),
  settledBy: nullable(Type.String({ description: 'The member who sent the money himself; for members.' })),
  createdAt: instant,
  settledAt: nullable(instant),
})

export interface RefundSight {
  /** Members see what the provider says and what others wrote; buyers do not. */
  member: boolean
}

/** Refunds as the API shows them, with one statement for their lines and one for their tickets. */
export async function presentRefunds(
  db: TicketsDb | TicketsTx,
  rows: readonly RefundRow[],
  { member }: RefundSight,
): Promise<Static<typeof RefundAnswer>[]> {
  if (rows.length === 0) return []
  const [ids, eventIds] = [rows.map((row) => row.id), [...new Set(rows.map((row) => row.event_id))]]
  const lines = await db
    .selectFrom('refund_line')
    .select(['refund_id', 'line_number', 'quantity', 'amount_minor'])
    .where('event_id', 'in', eventIds)
    .where('refund_id', 'in', ids)
    .orderBy('line_number')
    .execute()
  const tickets = await db
    .selectFrom('refund_ticket')
    .select(['refund_id', 'ticket_id'])
    .where('event_id', 'in', eventIds)
    .where('refund_id', 'in', ids)
    .orderBy('ticket_id')
    .execute()
  const linesOf = Map.groupBy(lines, (line) => line.refund_id)
  const ticketsOf = Map.groupBy(tickets, (ticket) => ticket.refund_id)
  return rows.map((row) => ({
    id: toId('rfd', row.id),
    orderId: toId('ord', row.order_id),
    eventId: toId('evt', row.event_id),
    paymentId: toId('pay', row.payment_id),
    amountMinor: row.amount_minor,
    currency: row.currency,
    reason: row.reason,
    state: row.state,
    lines: (linesOf.get(row.id) ?? []).map((line) => ({
      lineNumber: line.line_number,
      quantity: line.quantity,
      amountMinor: line.amount_minor,
    })),
    ticketIds: (ticketsOf.get(row.id) ?? []).map((ticket) => toId('tkt', ticket.ticket_id)),
    endsOrder: row.ends_order,
    problem: member ? row.last_error : null,
    note: member ? row.note : null,
    requestedBy: member && row.requested_by ? toId('usr', row.requested_by) : null,
    settledBy: member && row.settled_by ? toId('usr', row.settled_by) : null,
    createdAt: row.created_at.toISOString(),
    settledAt: row.settled_at?.toISOString() ?? null,
  }))
}

export async function presentRefund(
  db: TicketsDb | TicketsTx,
  row: RefundRow,
  sight: RefundSight,
): Promise<Static<typeof RefundAnswer>> {
  const [answer] = await presentRefunds(db, [row], sight)
  if (!answer) throw new Error('One refund gives one answer')
  return answer
}
