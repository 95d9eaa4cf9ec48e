/** What people call an order: its number once it is confirmed, and until then the end of its id. */
export function orderHandle(order: { id: string; number: string | null }): string {
  return order.number ?? order.id.slice(-6).toUpperCase()
}
