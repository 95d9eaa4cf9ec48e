import { type Occasion, toOccasion } from '../content/order.ts'
import { describeWhen } from '../formats/dates.ts'
import { describePlace } from '../formats/place.ts'
import type { Part } from './letter.ts'
import type { OrderLetterInput } from './order-parts.ts'

/** What attendees were told before, beside what is so now; nothing where nothing is known of before. */
export function changesPart({
  order,
  occasion,
  facts,
  t,
}: OrderLetterInput): Extract<Part, { is: 'changes' }> | undefined {
  const { previous } = facts
  if (!previous) return undefined
  const { language } = order
  const { startsAt, endsAt, timeZone, venue } = { ...occasion, ...previous }
  const before = toOccasion({ title: {}, startsAt, endsAt, timeZone, venue: venue ?? null }, language)
  const row = (label: string, told: (occasion: Occasion) => string) => ({
    label,
    was: told(before),
    now: told(occasion),
  })
  const when = (of: Occasion) => {
    const { starts, ends, sameDay, zone } = describeWhen(of, language)
    const until = t('when.until', { ends, sameDay: sameDay ? 'yes' : 'no' })
    return before.timeZone === occasion.timeZone ? `${starts}, ${until}` : `${starts}, ${until} (${zone})`
  }
  const where = ({ venue: { online, ...place } }: Occasion) => {
    const { name, rest } = describePlace({ ...place }, language)
    return [online ? t('when.online') : '', name, rest].filter(Boolean).join(', ')
  }
  return {
    is: 'changes',
    label: t('changes.label'),
    words: { was: t('changes.was'), now: t('changes.now') },
    rows: [
      ...(previous.startsAt ? [row(t('changes.when'), when)] : []),
      ...(previous.venue ? [row(t('changes.where'), where)] : []),
    ],
  }
}
