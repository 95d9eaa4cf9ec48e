import { sql } from '@guichet/database'
import type { OrderRow, TicketsTx } from '../db.ts'
import type { Mode } from '../payments/provider.ts'

/** An order, and whether it is bought with real money; null where there is nothing to pay. */
export interface Purchase {
  order: OrderRow
  mode: Mode | null
}

export interface TakenNumber {
  order: string
  /** Of its invoice, in the series of its mode; a free order has none. */
  invoice: { number: number; mode: Mode } | undefined
  /** When the invoice is issued: no earlier than the one before it. */
  issuedAt: Date
}

interface NumberRow {
  organizer_id: string
  last_number: number
  last_invoice: number
  last_test_invoice: number
  last_issued_at: Date
}

/**
 * The next numbers of each organizer, for these orders and their invoices, in their order. The last lock of a confirmation: the
 * rows are shared by all sales of an organizer, and a number is only gone when its transaction commits, so none is left out.
 */
export async function takeNumbers(tx: TicketsTx, purchases: readonly Purchase[], now: Date): Promise<TakenNumber[]> {
  const own = Map.groupBy(purchases, ({ order }) => order.organizer_id)
  const organizers = [...own.keys()].sort()
  const orders = (id: string) => own.get(id)?.length ?? 0
  const invoices = (id: string, mode: Mode) => own.get(id)?.filter((one) => invoiceMode(one) === mode).length ?? 0
  const { rows } = await sql<NumberRow>`
    insert into order_number (organizer_id, last_number, last_invoice, last_test_invoice, last_issued_at)
    select organizer_id, orders, invoices, test_invoices, ${now}
      from unnest(${organizers}::uuid[], ${organizers.map(orders)}::bigint[], ${organizers.map((id) => invoices(id, 'live'))}::bigint[],
                  ${organizers.map((id) => invoices(id, 'test'))}::bigint[]) as wanted (organizer_id, orders, invoices, test_invoices)
        on conflict (organizer_id) do update
       set last_number = order_number.last_number + excluded.last_number,
           last_invoice = order_number.last_invoice + excluded.last_invoice,
           last_test_invoice = order_number.last_test_invoice + excluded.last_test_invoice,
           last_issued_at = greatest(order_number.last_issued_at, excluded.last_issued_at)
    returning organizer_id, last_number, last_invoice, last_test_invoice, last_issued_at`.execute(tx)
  const next = new Map(
    rows.map((row) => [
      row.organizer_id,
      {
        order: row.last_number - orders(row.organizer_id),
        live: row.last_invoice - invoices(row.organizer_id, 'live'),
        test: row.last_test_invoice - invoices(row.organizer_id, 'test'),
        issuedAt: row.last_issued_at,
      },
    ]),
  )
  return purchases.map((purchase) => {
    const last = next.get(purchase.order.organizer_id)
    if (!last) throw new Error('An organizer without numbers')
    last.order += 1
    const { issuedAt } = last
    const order = String(last.order).padStart(6, '0')
    const mode = invoiceMode(purchase)
    if (!mode) return { order, invoice: undefined, issuedAt }
    last[mode] += 1
    return { order, invoice: { number: last[mode], mode }, issuedAt }
  })
}

/** The series that an order's invoice is numbered in; undefined where it has none. */
function invoiceMode({ order, mode }: Purchase): Mode | undefined {
  return order.total_minor === 0 ? undefined : (mode ?? 'live')
}

/** The next number of a credit note, in the series of its invoice's mode; also a last lock. */
export async function takeCreditNoteNumber(
  tx: TicketsTx,
  organizerId: string,
  mode: Mode,
  now: Date,
): Promise<{ number: number; issuedAt: Date }> {
  const column = sql.ref(mode === 'test' ? 'last_test_credit_note' : 'last_credit_note')
  const { rows } = await sql<{ number: number; issuedAt: Date }>`
    insert into order_number (organizer_id, ${column}, last_issued_at) values (${organizerId}, 1, ${now})
        on conflict (organizer_id) do update
       set ${column} = order_number.${column} + 1,
           last_issued_at = greatest(order_number.last_issued_at, excluded.last_issued_at)
    returning ${column} as number, last_issued_at as "issuedAt"`.execute(tx)
  const [taken] = rows
  if (!taken) throw new Error('An upsert returns its row')
  return taken
}
