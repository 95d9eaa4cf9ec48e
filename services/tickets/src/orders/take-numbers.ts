import { sql } from '@guichet/database'
import type { OrderRow, TicketsTx } from '../db.ts'

export interface TakenNumber {
  order: string
  /** Of its invoice; a free order has none. */
  invoice: number | undefined
  /** When the invoice is issued: no earlier than the one before it. */
  issuedAt: Date
}

interface NumberRow {
  organizer_id: string
  last_number: number
  last_invoice: number
  last_issued_at: Date
}

/**
 * The next numbers of each organizer, for these orders and their invoices, in their order. The last lock of a confirmation: the
 * rows are shared by all sales of an organizer, and a number is only gone when its transaction commits, so none is left out.
 */
export async function takeNumbers(tx: TicketsTx, orders: readonly OrderRow[], now: Date): Promise<TakenNumber[]> {
  const own = Map.groupBy(orders, (order) => order.organizer_id)
  const organizers = [...own.keys()].sort()
  const paid = (id: string) => own.get(id)?.filter((order) => order.total_minor > 0).length ?? 0
  const { rows } = await sql<NumberRow>`
    insert into order_number (organizer_id, last_number, last_invoice, last_issued_at)
    select organizer_id, orders, invoices, ${now}
      from unnest(${organizers}::uuid[], ${organizers.map((id) => own.get(id)?.length ?? 0)}::bigint[],
                  ${organizers.map(paid)}::bigint[]) as wanted (organizer_id, orders, invoices)
        on conflict (organizer_id) do update
       set last_number = order_number.last_number + excluded.last_number,
           last_invoice = order_number.last_invoice + excluded.last_invoice,
           last_issued_at = greatest(order_number.last_issued_at, excluded.last_issued_at)
    returning organizer_id, last_number, last_invoice, last_issued_at`.execute(tx)
  const next = new Map(
    rows.map((row) => [
      row.organizer_id,
      {
        order: row.last_number - (own.get(row.organizer_id)?.length ?? 0),
        invoice: row.last_invoice - paid(row.organizer_id),
        issuedAt: row.last_issued_at,
      },
    ]),
  )
  return orders.map((order) => {
    const last = next.get(order.organizer_id)
    if (!last) throw new Error('An organizer without numbers')
    last.order += 1
    const { issuedAt } = last
    const number = String(last.order).padStart(6, '0')
    if (order.total_minor === 0) return { order: number, invoice: undefined, issuedAt }
    last.invoice += 1
    return { order: number, invoice: last.invoice, issuedAt }
  })
}

/** The next number of a credit note; also a last lock. */
export async function takeCreditNoteNumber(
  tx: TicketsTx,
  organizerId: string,
  now: Date,
): Promise<{ number: number; issuedAt: Date }> {
  const { rows } = await sql<{ number: number; issuedAt: Date }>`
    insert into order_number (organizer_id, last_credit_note, last_issued_at) values (${organizerId}, 1, ${now})
        on conflict (organizer_id) do update
       set last_credit_note = order_number.last_credit_note + 1,
           last_issued_at = greatest(order_number.last_issued_at, excluded.last_issued_at)
    returning last_credit_note as number, last_issued_at as "issuedAt"`.execute(tx)
  const [taken] = rows
  if (!taken) throw new Error('An upsert returns its row')
  return taken
}
