import type { Entry } from '../content/waiting-entry.ts'
import { textsOf } from '../messages/texts.ts'
import { greetingOf, type LetterContext, type LetterDraft, type Shop, shopWords, type Variables } from './letter.ts'
import { eventWords } from './order-words.ts'

/** What waiting means, and the link with which to leave: it may be somebody else who typed the address. */
export function composeWaitingJoined(entry: Entry, { shop }: LetterContext): LetterDraft {
  const t = textsOf(entry.language)
  const { card, words } = eventWords(entry.event, entry.language, t)
  return {
    kind: 'waiting-list-joined',
    language: entry.language,
    variables: {
      greeting: greetingOf(t, null),
      shop: shopWords(shop),
      event: words,
      waiting: waitingWords(entry, shop),
    },
    button: { label: t('action.open'), url: entryUrl(entry, shop) },
    blocks: { event: { is: 'event', struck: false, event: card } },
    footer: t('footer.waiting', { shop: shop.name }),
    attachments: [],
  }
}

export function waitingWords(entry: Entry, shop: Shop): Variables {
  return { places: entry.quantity, type: entry.typeName, url: entryUrl(entry, shop) }
}

/** The entry's page, with its key: to look, and to leave. */
export function entryUrl(entry: Entry, shop: Shop): string {
  return `${shop.url}/${entry.language}/waiting-list/${entry.id}?key=${encodeURIComponent(entry.secret)}`
}
