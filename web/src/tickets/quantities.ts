import type { TicketType } from '../api/types.ts'

/** Above this, a list of every quantity is longer than anybody scrolls: a number is typed instead. */
export const LISTED_MAX = 50

/** The most and the least of a type that one order may ask for now; `most` is below `least` when it may ask for none. */
export function quantityRange(item: Pick<TicketType, 'minPerOrder' | 'maxPerOrder' | 'maxPerBuyer' | 'remaining'>): {
  least: number
  most: number
} {
  return {
    least: Math.max(1, item.minPerOrder),
    most: Math.min(item.maxPerOrder, item.maxPerBuyer ?? item.maxPerOrder, item.remaining ?? item.maxPerOrder),
  }
}

/** None, and every quantity that one order may ask for. */
export function quantityChoices(range: { least: number; most: number }): number[] {
  const count = Math.max(0, range.most - range.least + 1)
  return [0, ...Array.from({ length: count }, (_, index) => range.least + index)]
}

/** A quantity wished for, as far as it can be had now. */
export function nearestQuantity(wished: number, range: { least: number; most: number }): number {
  if (!(wished > 0) || range.most < range.least) return 0
  return Math.min(Math.max(wished, range.least), range.most)
}
