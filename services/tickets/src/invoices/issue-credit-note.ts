import { sql } from '@guichet/database'
import { COLUMNS, type InvoiceRow, type OrderRow, type RefundRow, type TicketsTx } from '../db.ts'
import { takeCreditNoteNumber } from '../orders/take-numbers.ts'
import { creditParts, pricedLine } from '../prices/line.ts'
import { sumByRate } from '../prices/vat.ts'
import { invoiceLine } from './issue-invoices.ts'
import { writePapers } from './write-papers.ts'

/**
 * Issues the credit note of a refund that has succeeded; `order` is locked. None for money that bought nothing, which no invoice
 * was about. Its number is a last lock of the transaction. When all is given back, in whatever steps, the VAT of an order's
 * credit notes sums to that of its invoice.
 */
export async function issueCreditNote(tx: TicketsTx, order: OrderRow, refund: RefundRow, now: Date): Promise<void> {
  const credited = await creditedLines(tx, refund)
  const invoice = credited.length > 0 ? await invoiceOf(tx, order) : undefined
  if (!invoice) return
  const rows = await tx
    .selectFrom('order_line')
    .select(COLUMNS.order_line)
    .where('event_id', '=', order.event_id)
    .where('order_id', '=', order.id)
    .execute()
  const lines = credited.map((credit) => {
    const row = rows.find((one) => one.line_number === credit.lineNumber)
    if (!row) throw new Error('A refund of a line that the order does not have')
    return { row, credit }
  })
  const { buyerName, locale, orderNumber } = invoice.content
  const { number, issuedAt } = await takeCreditNoteNumber(tx, order.organizer_id, invoice.mode, now)
  await writePapers(tx, [
    {
      order,
      number,
      mode: invoice.mode,
      refundId: refund.id,
      totalMinor: credited.reduce((sum, { totalMinor }) => sum + totalMinor, 0),
      issuedAt,
      content: {
        buyerName,
        locale,
        orderNumber,
        invoiceNumber: invoice.number,
        lines: lines.map(({ row, credit }) => invoiceLine(row, credit)),
        vat: sumByRate(
          lines.flatMap(({ row, credit }) => creditParts(pricedLine(row), credit.beforeMinor, credit.totalMinor)),
        ),
      },
    },
  ])
}

interface CreditedLine {
  lineNumber: number
  quantity: number
  totalMinor: number
  /** What refunds promised earlier give back of it, whichever arrives first: as in the ledger. */
  beforeMinor: number
}

async function creditedLines(tx: TicketsTx, refund: RefundRow): Promise<CreditedLine[]> {
  const { rows } = await sql<CreditedLine>`
    select line.line_number as "lineNumber", line.quantity, line.amount_minor as "totalMinor",
           coalesce((select sum(other.amount_minor) from refund earlier
                       join refund_line other on other.event_id = earlier.event_id and other.refund_id = earlier.id
                      where earlier.event_id = ${refund.event_id} and earlier.order_id = ${refund.order_id}
                        and other.line_number = line.line_number
                        and (earlier.created_at, earlier.id) < (${refund.created_at}, ${refund.id})), 0)::bigint as "beforeMinor"
      from refund_line line
     where line.event_id = ${refund.event_id} and line.refund_id = ${refund.id} and line.amount_minor > 0
     order by line.line_number`.execute(tx)
  return rows
}

async function invoiceOf(tx: TicketsTx, order: OrderRow): Promise<InvoiceRow | undefined> {
  return tx
    .selectFrom('invoice')
    .select(COLUMNS.invoice)
    .where('event_id', '=', order.event_id)
    .where('order_id', '=', order.id)
    .where('kind', '=', 'invoice')
    .executeTakeFirst()
}
