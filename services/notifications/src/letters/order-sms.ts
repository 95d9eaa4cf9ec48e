import type { Order } from '../content/order.ts'
import { describeWhen } from '../formats/dates.ts'
import { textsOf } from '../messages/texts.ts'
import type { Shop } from './letter.ts'

const TITLE_MAX = 60

/** A short confirmation. It has no link: an SMS is read on a locked screen, and the link is a key. */
export function composeOrderSms(order: Order, shop: Shop): string {
  const t = textsOf(order.language)
  const title = order.event.title
  return t('order-confirmation.sms', {
    shop: shop.name,
    count: Math.max(order.tickets.length, 1),
    event: title.length > TITLE_MAX ? `${title.slice(0, TITLE_MAX - 3)}...` : title,
    when: describeWhen(order.event, order.language).starts,
    number: order.number,
  })
}
