import type { Entry } from '../content/waiting-entry.ts'
import { textsOf } from '../messages/texts.ts'
import { eventCard } from './event-card.ts'
import { greetingOf, type Letter, type LetterContext, type Shop } from './letter.ts'

/** What waiting means, and the link with which to leave: it may be somebody else who typed the address. */
export function composeWaitingJoined(entry: Entry, { shop }: LetterContext): Letter {
  const t = textsOf(entry.language)
  const { card } = eventCard(entry.event, entry.language, t)
  return {
    language: entry.language,
    shop,
    subject: t('waiting-list-joined.subject', { event: entry.event.title }),
    preheader: t('waiting-list-joined.preheader'),
    title: t('waiting-list-joined.title'),
    greeting: greetingOf(t, null),
    parts: [
      { is: 'paragraph', text: t('waiting-list-joined.intro', { count: entry.quantity, type: entry.typeName }) },
      { is: 'event', struck: false, event: card },
      { is: 'paragraph', text: t('waiting-list-joined.how') },
      { is: 'action', label: t('waiting-list-joined.action'), url: entryUrl(entry, shop), fallback: t('fallback') },
      { is: 'fine', text: t('waiting-list-joined.not-you') },
    ],
    footer: t('footer.waiting', { shop: shop.name }),
    attachments: [],
  }
}

/** The entry's page, with its key: to look, and to leave. */
export function entryUrl(entry: Entry, shop: Shop): string {
  return `${shop.url}/${entry.language}/waiting-list/${entry.id}?key=${encodeURIComponent(entry.secret)}`
}
