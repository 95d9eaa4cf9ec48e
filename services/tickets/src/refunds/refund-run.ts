/** What a mass refund gives back, seen before and after. */
export interface RefundTotals {
  orders: number
  tickets: number
  amountMinor: number
  currency: string | null
}
