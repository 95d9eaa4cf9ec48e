import type { OrderLineRow, OrderRow, TicketsTx } from '../db.ts'
import type { TakenNumber } from '../orders/take-numbers.ts'
import { lineParts, lineTotal, pricedLine } from '../prices/line.ts'
import { sumByRate } from '../prices/vat.ts'
import type { InvoiceLine } from './invoice.ts'
import { type Paper, writePapers } from './write-papers.ts'

/** Issues the invoices of orders that are being confirmed, under the numbers that were taken for them. */
export async function issueInvoices(
  tx: TicketsTx,
  orders: readonly OrderRow[],
  lines: readonly OrderLineRow[],
  numbers: readonly TakenNumber[],
): Promise<void> {
  const linesOf = Map.groupBy(lines, (line) => line.order_id)
  const papers = orders.flatMap((order, index): Paper[] => {
    const taken = numbers[index]
    if (taken?.invoice === undefined) return []
    const own = linesOf.get(order.id) ?? []
    return [
      {
        order,
        ...taken.invoice,
        refundId: null,
        totalMinor: order.total_minor,
        issuedAt: taken.issuedAt,
        content: {
          buyerName: order.buyer_name,
          locale: order.locale,
          orderNumber: taken.order,
          lines: own.map((row) => invoiceLine(row)),
          vat: sumByRate(own.flatMap((row) => lineParts(pricedLine(row)))),
        },
      },
    ]
  })
  await writePapers(tx, papers)
}

/** A line of a paper; of a credit note, with what is given back of it. */
export function invoiceLine(
  row: OrderLineRow,
  { quantity, totalMinor } = { quantity: row.quantity, totalMinor: lineTotal(pricedLine(row)) },
): InvoiceLine {
  return {
    ...pricedLine(row),
    lineNumber: row.line_number,
    name: row.type_name,
    quantity,
    totalMinor,
  }
}
