/** Every order that the items can come in: n! of them, so give few. */
export function everyOrder<Item>(items: readonly Item[]): Item[][] {
  if (items.length <= 1) return [[...items]]
  return items.flatMap((first, index) => everyOrder(items.toSpliced(index, 1)).map((rest) => [first, ...rest]))
}

/** Every order, and each also with everything delivered a second time: at once, and all over again at the end. */
export function everyDelivery<Item>(items: readonly Item[]): Item[][] {
  return everyOrder(items).flatMap((order) => [order, order.flatMap((item) => [item, item]), [...order, ...order]])
}
