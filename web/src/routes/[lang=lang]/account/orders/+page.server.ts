import { need } from '#web/api/call.server.ts'
import type { Order, Page } from '#web/api/types.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const query = { cursor: event.url.searchParams.get('cursor') ?? undefined }
  const { body } = await need<Page<Order>>(event, 'tickets', '/v1/me/orders', { query, as: 'visitor' })
  return { orders: body.items, nextCursor: body.nextCursor }
}
