import type { Earnings } from '../ledger/entries.ts'
import { creditParts } from '../prices/line.ts'
import type { OrderBooks } from './order-books.ts'
import type { RefundPlan } from './plan-refund.ts'

/** What of an order's earnings a refund gives back. Those of all its refunds sum to what the order had earned. */
export function earningsGivenBack(books: OrderBooks, plan: RefundPlan): Earnings {
  const given: Earnings = { sales: 0, vat: 0, fees: 0, feeVat: 0 }
  for (const { lineNumber, amountMinor } of plan.lines) {
    const line = books.lines.find((one) => one.number === lineNumber)
    if (!line) throw new Error('A refund names a line that its order does not have')
    const [ticket, fee] = creditParts(line.priced, line.refundedMinor, amountMinor)
    given.sales += ticket.grossMinor - ticket.vatMinor
    given.vat += ticket.vatMinor
    given.fees += fee.grossMinor - fee.vatMinor
    given.feeVat += fee.vatMinor
  }
  return given
}
