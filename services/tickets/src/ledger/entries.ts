import type { OrderRow, PaymentRow } from '../db.ts'
import type { LedgerAccount, LedgerEntry, Posting } from './post-ledger.ts'

type Purchase = Pick<OrderRow, 'event_id' | 'id' | 'organizer_id'>

/** What a sum of money is made of, all of it minor units. */
export interface Earnings {
  /** Of the tickets, without their VAT. */
  sales: number
  vat: number
  /** Of the fees, without their VAT. */
  fees: number
  feeVat: number
}

/** Where the money of a payment lies. What only rehearses does not lie with what is real. */
export function providerAccount({ provider, mode }: Pick<PaymentRow, 'provider' | 'mode'>): LedgerAccount {
  return mode === 'test' && provider !== 'simulated' ? `provider:${provider}-test` : `provider:${provider}`
}

/** Money has arrived at the provider; what it buys is another entry. */
export function charge(
  order: Purchase,
  payment: Pick<PaymentRow, 'id' | 'provider' | 'mode'>,
  charged: { amountMinor: number; currency: string },
  occurredAt: Date,
): LedgerEntry {
  return {
    ...aboutOrder(order),
    kind: 'charge',
    sourceId: payment.id,
    currency: charged.currency,
    occurredAt,
    postings: move(charged.amountMinor, 'customer-prepayments', providerAccount(payment)),
  }
}

/** An order was bought with money that had arrived. */
export function sale(order: Purchase & Pick<OrderRow, 'currency'>, earned: Earnings, occurredAt: Date): LedgerEntry {
  return {
    ...aboutOrder(order),
    kind: 'sale',
    sourceId: order.id,
    currency: order.currency,
    occurredAt,
    postings: [...negated(postingsOf(earned)), { account: 'customer-prepayments', amountMinor: totalOf(earned) }],
  }
}

interface RefundOfMoney {
  id: string
  amount_minor: number
  currency: string
}

/**
 * A refund was promised. `from`: what of the order's earnings goes back, or `unspent` for money that bought nothing. A refund
 * that the provider refuses stays owed: nothing is posted until it is paid, by whatever way.
 */
export function refundPromised(
  order: Purchase,
  refund: RefundOfMoney,
  from: Earnings | 'unspent',
  occurredAt: Date,
): LedgerEntry {
  const taken: Posting[] =
    from === 'unspent' ? [{ account: 'customer-prepayments', amountMinor: refund.amount_minor }] : postingsOf(from)
  return {
    ...aboutOrder(order),
    kind: 'refund-promised',
    sourceId: refund.id,
    currency: refund.currency,
    occurredAt,
    postings: [...taken, { account: 'refunds-due', amountMinor: -refund.amount_minor }],
  }
}

/** A promised refund has been sent; `account`: from where (by hand: `provider:by-hand`). */
export function refundPaid(
  order: Purchase,
  refund: RefundOfMoney,
  account: LedgerAccount,
  occurredAt: Date,
): LedgerEntry {
  return {
    ...aboutOrder(order),
    kind: 'refund-paid',
    sourceId: refund.id,
    currency: refund.currency,
    occurredAt,
    postings: move(refund.amount_minor, account, 'refunds-due'),
  }
}

/** A dispute moves money: opened, the bank takes it back; won, it returns; lost, it is gone from the sales. */
export function dispute(
  what: 'opened' | 'won' | 'lost',
  order: Purchase,
  disputed: { id: string; amountMinor: number; currency: string; account: LedgerAccount },
  occurredAt: Date,
): LedgerEntry {
  const { id, amountMinor, currency, account } = disputed
  const [from, to]: [LedgerAccount, LedgerAccount] =
    what === 'opened' ? [account, 'disputes'] : ['disputes', what === 'won' ? account : 'sales']
  return {
    ...aboutOrder(order),
    kind: `dispute-${what}`,
    sourceId: id,
    currency,
    occurredAt,
    postings: move(amountMinor, from, to),
  }
}

interface MoneyAtBank {
  id: string
  organizerId: string
  amountMinor: number
  currency: string
  account: LedgerAccount
}

/**
 * Money at the bank that pays nothing yet: it arrived; it was assigned to a payment, whose charge takes its place; or somebody
 * has closed it, because it was sent back or was in the books before.
 */
export function bankEntry(
  what: 'arrived' | 'assigned' | 'closed',
  { id, organizerId, amountMinor, currency, account }: MoneyAtBank,
  occurredAt: Date,
): LedgerEntry {
  const [from, to]: [LedgerAccount, LedgerAccount] =
    what === 'arrived' ? ['customer-prepayments', account] : [account, 'customer-prepayments']
  return {
    kind: `entry-${what}`,
    sourceId: id,
    organizerId,
    eventId: null,
    orderId: null,
    currency,
    occurredAt,
    postings: move(amountMinor, from, to),
  }
}

function aboutOrder(order: Purchase): Pick<LedgerEntry, 'organizerId' | 'eventId' | 'orderId'> {
  return { organizerId: order.organizer_id, eventId: order.event_id, orderId: order.id }
}

function move(amountMinor: number, from: LedgerAccount, to: LedgerAccount): Posting[] {
  return [
    { account: to, amountMinor },
    { account: from, amountMinor: -amountMinor },
  ]
}

function totalOf({ sales, vat, fees, feeVat }: Earnings): number {
  return sales + vat + fees + feeVat
}

function postingsOf({ sales, vat, fees, feeVat }: Earnings): Posting[] {
  return [
    { account: 'sales', amountMinor: sales },
    { account: 'vat', amountMinor: vat },
    { account: 'fees', amountMinor: fees },
    { account: 'fee-vat', amountMinor: feeVat },
  ]
}

function negated(postings: Posting[]): Posting[] {
  return postings.map(({ account, amountMinor }) => ({ account, amountMinor: -amountMinor }))
}
