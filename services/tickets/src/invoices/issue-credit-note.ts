import { COLUMNS, type OrderRow, type TicketsTx } from '../db.ts'
import { takeCreditNoteNumber } from '../orders/take-numbers.ts'
import { creditParts, pricedLine } from '../prices/line.ts'
import { sumByRate } from '../prices/vat.ts'
import { invoiceLine } from './issue-invoices.ts'
import { writePapers } from './write-papers.ts'

/** What a refund gives back of a line: money, and how many of its tickets. */
export interface CreditedLine {
  lineNumber: number
  quantity: number
  amountMinor: number
}

/**
 * Issues the credit note of a refund that has succeeded, once; `order` is locked. None for money that bought nothing, which no
 * invoice was about. Its number is a last lock of the transaction. The VAT of all credit notes of an order sums to that of its
 * invoice when all is given back, in whatever steps.
 */
export async function issueCreditNote(
  tx: TicketsTx,
  order: OrderRow,
  refund: { id: string; lines: readonly CreditedLine[] },
  now: Date,
): Promise<void> {
  const papers = await tx
    .selectFrom('invoice')
    .select(COLUMNS.invoice)
    .where('event_id', '=', order.event_id)
    .where('order_id', '=', order.id)
    .execute()
  const invoice = papers.find((paper) => paper.kind === 'invoice')
  const credited = refund.lines.filter((line) => line.amountMinor > 0)
  if (!invoice || credited.length === 0 || papers.some((paper) => paper.refund_id === refund.id)) return
  const before = papers
    .filter((paper) => paper.kind === 'credit-note')
    .flatMap((paper) => paper.content.lines)
    .reduce((sums, line) => sums.set(line.lineNumber, (sums.get(line.lineNumber) ?? 0) + line.totalMinor), new Map())
  const rows = await tx
    .selectFrom('order_line')
    .select(COLUMNS.order_line)
    .where('event_id', '=', order.event_id)
    .where('order_id', '=', order.id)
    .execute()
  const lines = credited.map((line) => {
    const row = rows.find((one) => one.line_number === line.lineNumber)
    if (!row) throw new Error('A refund of a line that the order does not have')
    return { row, line }
  })
  const { number, issuedAt } = await takeCreditNoteNumber(tx, order.organizer_id, now)
  await writePapers(tx, [
    {
      order,
      number,
      refundId: refund.id,
      totalMinor: credited.reduce((sum, line) => sum + line.amountMinor, 0),
      issuedAt,
      content: {
        buyerName: invoice.content.buyerName,
        locale: invoice.content.locale,
        orderNumber: invoice.content.orderNumber,
        invoiceNumber: invoice.number,
        lines: lines.map(({ row, line }) =>
          invoiceLine(row, { quantity: line.quantity, totalMinor: line.amountMinor }),
        ),
        vat: sumByRate(
          lines.flatMap(({ row, line }) =>
            creditParts(pricedLine(row), before.get(line.lineNumber) ?? 0, line.amountMinor),
          ),
        ),
      },
    },
  ])
}
