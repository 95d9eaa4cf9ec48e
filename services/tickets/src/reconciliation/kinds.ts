/** What may not agree: what it is about, and whether we know how to set it right. */
export const KINDS = {
  /** The provider took money; our payment does not say so. Repair: settle it, as its webhook would have. */
  'charge-unrecorded': { subject: 'payment', repairable: true },
  /** Our payment says that money was taken; the provider has none. */
  'charge-missing': { subject: 'payment', repairable: false },
  /** Both say that money was taken, but not as much. */
  'charge-differs': { subject: 'payment', repairable: false },
  /** The provider sent money back; our refund is still waiting. Repair: record it. */
  'refund-unrecorded': { subject: 'refund', repairable: true },
  /** Our refund says that money went back; the provider has sent none. */
  'refund-missing': { subject: 'refund', repairable: false },
  /** Both say that money went back, but not as much. */
  'refund-differs': { subject: 'refund', repairable: false },
  /** A refund promised over 15 minutes ago is not paid. Repair: try it now. */
  'refund-overdue': { subject: 'refund', repairable: true },
  /** The provider refused a refund for good: a member tries again or settles it by hand. */
  'refund-refused': { subject: 'refund', repairable: false },
  /** More promised back than was charged. */
  'refund-exceeds-charge': { subject: 'payment', repairable: false },
  /** Money that bought nothing, and no refund of it. Repair: promise it. */
  'money-stranded': { subject: 'payment', repairable: true },
  /** A confirmed order has not exactly one payment of its own, or it is not the order's total. */
  'order-not-paid-once': { subject: 'order', repairable: false },
  /** What the order says was promised back is not the sum of its refunds. Repair: set it. */
  'order-refunded-differs': { subject: 'order', repairable: true },
  /** The order's total is not the sum of its lines. */
  'order-total-differs': { subject: 'order', repairable: false },
  /** A hold that is over still keeps its places. Repair: end it. */
  'hold-overdue': { subject: 'order', repairable: true },
  /** A bought order has fewer tickets than its lines. Repair: issue the rest. */
  'tickets-missing': { subject: 'order', repairable: true },
  /** The order's tickets are valid and void in other numbers than its state and refunds say. */
  'tickets-differ': { subject: 'order', repairable: false },
  /** Held and sold of an allotment are not what the orders draw. Repair: count anew, under its lock. */
  'stock-differs': { subject: 'allotment', repairable: true },
  /** A movement of money is not in the ledger. Repair: post it. */
  'ledger-missing': { subject: 'ledger', repairable: true },
  /** The ledger has a movement of another amount. */
  'ledger-differs': { subject: 'ledger', repairable: false },
  /** The ledger has a movement of which the books know nothing. */
  'ledger-unfounded': { subject: 'ledger', repairable: false },
} as const satisfies Record<string, { subject: string; repairable: boolean }>

export type DifferenceKind = keyof typeof KINDS

/** A difference as a comparison finds it. */
export interface Finding {
  kind: DifferenceKind
  organizer_id: string
  event_id: string
  /** The payment, refund, order or allotment; of the ledger, what the movement is about. */
  subject_id: string
  order_id: string | null
  currency: string | null
  expected: number | null
  actual: number | null
  /** What else one needs to know; never who bought. */
  detail: Record<string, string | number | boolean | null>
}
