import type { Language } from '@guichet/problem'
import type { Occasion } from '../content/order.ts'
import { describeWhen, type When } from '../formats/dates.ts'
import { describePlace } from '../formats/place.ts'
import type { Translate } from '../messages/texts.ts'
import type { EventCard } from './letter.ts'

/** When and where, in the words of one language. `previousStartsAt`: the date that no longer holds. */
export function eventCard(
  occasion: Occasion,
  language: Language,
  t: Translate,
  previousStartsAt?: string,
): { card: EventCard; when: When } {
  const when = describeWhen(occasion, language)
  const place = describePlace(occasion.venue, language)
  const online = occasion.venue.online
  const was =
    previousStartsAt === undefined
      ? ''
      : t('label.was', { when: describeWhen({ ...occasion, startsAt: previousStartsAt }, language).starts })
  return {
    when,
    card: {
      title: occasion.title,
      month: when.month,
      day: when.day,
      starts: when.starts,
      until: t('when.until', { ends: when.ends, sameDay: when.sameDay ? 'yes' : 'no' }),
      zone: when.zone,
      was,
      place: online && !place.name ? t('when.online') : place.name,
      placeDetail: online && place.name ? [t('when.online'), place.rest].filter(Boolean).join(', ') : place.rest,
    },
  }
}
