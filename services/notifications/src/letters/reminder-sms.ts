import type { Occasion, Order } from '../content/order.ts'
import { describeWhen } from '../formats/dates.ts'
import { textsOf } from '../messages/texts.ts'
import type { Shop } from './letter.ts'

const TITLE_MAX = 60

/** When and where. Like the confirmation's, without a link: it is read on a locked screen, and the link is a key. */
export function composeReminderSms(order: Order, occasion: Occasion, shop: Shop): string {
  const t = textsOf(order.language)
  const { title, venue } = occasion
  return t('event-reminder.sms', {
    shop: shop.name,
    event: title.length > TITLE_MAX ? `${title.slice(0, TITLE_MAX - 3)}...` : title,
    when: describeWhen(occasion, order.language).starts,
    place: venue.name || (venue.online ? t('when.online') : venue.city),
    number: order.number,
  })
}
