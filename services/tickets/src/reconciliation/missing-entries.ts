import { COLUMNS, type OrderLineRow, type OrderRow, type PaymentRow, type RefundRow, type TicketsTx } from '../db.ts'
import { earningsOf, sumEarnings } from '../ledger/earnings.ts'
import { charge, dispute, type Earnings, providerAccount, refundPaid, refundPromised, sale } from '../ledger/entries.ts'
import type { LedgerAccount, LedgerEntry } from '../ledger/post-ledger.ts'
import { creditParts, pricedLine } from '../prices/line.ts'

/** All that the ledger should say of an order's money, as of the times when it moved. Those that it has are left alone by posting. */
export async function entriesOfOrder(tx: TicketsTx, order: OrderRow): Promise<LedgerEntry[]> {
  const lines = await rowsOf(tx, order)
  const payments = new Map(lines.payments.map((payment) => [payment.id, payment]))
  const accountOf = (paymentId: string): LedgerAccount => {
    const payment = payments.get(paymentId)
    return payment ? providerAccount(payment) : 'provider:unknown'
  }
  return [
    ...lines.payments.flatMap((payment) => chargeOf(order, payment)),
    ...(order.confirmed_at ? [sale(order, earningsOf(lines.lines), order.confirmed_at)] : []),
    ...refundsOf(order, lines, accountOf),
    ...lines.disputes.flatMap((row) => {
      const money = {
        id: row.id,
        amountMinor: row.amount_minor,
        currency: row.currency,
        account: accountOf(row.payment_id),
      }
      const opened = dispute('opened', order, money, row.opened_at)
      return row.state === 'open' || !row.closed_at
        ? [opened]
        : [opened, dispute(row.state, order, money, row.closed_at)]
    }),
  ]
}

function chargeOf(order: OrderRow, payment: PaymentRow): LedgerEntry[] {
  const { charged_minor, charged_currency, settled_at } = payment
  if (!charged_minor || !charged_currency || !settled_at) return []
  return [charge(order, payment, { amountMinor: charged_minor, currency: charged_currency }, settled_at)]
}

type Rows = Awaited<ReturnType<typeof rowsOf>>

/** In the order in which they were promised, since each gives back what the ones before have left. */
function refundsOf(order: OrderRow, rows: Rows, accountOf: (paymentId: string) => LedgerAccount): LedgerEntry[] {
  const given = new Map<number, number>()
  return rows.refunds.flatMap((refund) => {
    const own = rows.payments.find((payment) => payment.id === refund.payment_id)?.problem === null
    const parts = rows.refundLines.filter((line) => line.refund_id === refund.id)
    const from = own ? earningsGivenBack(refund, parts, rows.lines, given) : 'unspent'
    const promised = refundPromised(order, refund, from, refund.created_at)
    if (refund.state !== 'succeeded' || !refund.settled_at) return [promised]
    const account = refund.settled_by === null ? accountOf(refund.payment_id) : 'provider:by-hand'
    return [promised, refundPaid(order, refund, account, refund.settled_at)]
  })
}

function earningsGivenBack(
  refund: RefundRow,
  parts: Rows['refundLines'],
  lines: readonly OrderLineRow[],
  given: Map<number, number>,
): Earnings {
  // From before refunds had lines: there was neither VAT nor a fee.
  if (parts.length === 0) return { sales: refund.amount_minor, vat: 0, fees: 0, feeVat: 0 }
  return sumEarnings(
    parts.flatMap(({ line_number, amount_minor }) => {
      const line = lines.find((one) => one.line_number === line_number)
      if (!line) return []
      const before = given.get(line_number) ?? 0
      given.set(line_number, before + amount_minor)
      return [creditParts(pricedLine(line), before, amount_minor)]
    }),
  )
}

async function rowsOf(tx: TicketsTx, { event_id, id }: OrderRow) {
  const lines = await tx
    .selectFrom('order_line')
    .select(COLUMNS.order_line)
    .where('event_id', '=', event_id)
    .where('order_id', '=', id)
    .execute()
  const payments = await tx
    .selectFrom('payment')
    .select(COLUMNS.payment)
    .where('event_id', '=', event_id)
    .where('order_id', '=', id)
    .execute()
  const refunds = await tx
    .selectFrom('refund')
    .select(COLUMNS.refund)
    .where('event_id', '=', event_id)
    .where('order_id', '=', id)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  const refundLines = await tx
    .selectFrom('refund_line')
    .select(['refund_id', 'line_number', 'amount_minor'])
    .where('event_id', '=', event_id)
    .where('refund_id', 'in', [id, ...refunds.map((refund) => refund.id)])
    .execute()
  const disputes = await tx
    .selectFrom('dispute')
    .select(['id', 'payment_id', 'state', 'amount_minor', 'currency', 'opened_at', 'closed_at'])
    .where('event_id', '=', event_id)
    .where('order_id', '=', id)
    .execute()
  return { lines, payments, refunds, refundLines, disputes }
}
