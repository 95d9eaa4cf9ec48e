import type { Language } from '@guichet/problem'
import type { Attachment } from '../mail/mailer.ts'
import type { Translate } from '../messages/texts.ts'
import type { BlockName } from '../templates/language.ts'
import type { Palette } from './palette.ts'

/** What code knows of a letter; a template makes words of it. Foreign texts in it are clean lines (clean-text.ts). */
export interface LetterDraft {
  kind: string
  language: Language
  /** What a template may say, as vocabulary.ts lists it. */
  variables: Variables
  /** Where `{% button %}` leads, and its label when the template gives none. */
  button?: { label: string; url: string } | undefined
  /** What a template may place. */
  blocks: Partial<Record<BlockName, Part>>
  /** Said above the body whatever the template says: what the reader must not miss. */
  notices?: string[]
  /** Small print below the body that no template can leave out: the law, that the link is a key. */
  legal?: string[]
  /** Why the reader gets it. */
  footer: string
  /** Links under the footer: to unsubscribe. */
  footerLinks?: { label: string; url: string }[]
  attachments: Attachment[]
}

export type Variables = { [name: string]: string | number | boolean | Variables }

/** A letter in one language, before it is text or HTML. */
export interface Letter {
  language: Language
  shop: Shop
  palette: Palette
  subject: string
  /** What a list of mails shows beside the subject. */
  preheader: string
  title: string
  parts: Part[]
  footer: string
  footerLinks: { label: string; url: string }[]
  /** The organizer's own lines at the very end, and its postal address. */
  imprint: string[]
  attachments: Attachment[]
}

export interface Shop {
  name: string
  /** The public origin, without a final slash. */
  url: string
}

export type Part =
  /** Of a template: safe HTML, and the same as text. */
  | { is: 'prose'; html: string; text: string }
  | { is: 'notice'; text: string; html?: string }
  | { is: 'event'; struck: boolean; event: EventCard }
  | { is: 'action'; label: string; url: string; fallback: string }
  | { is: 'lines'; words: LinesWords; rows: { name: string; quantity: string; amount: string }[]; total: Row | null }
  | { is: 'tickets'; label: string; rows: { name: string; holder: string }[] }
  /** Pairs to read or to copy: a bank account, a payment. */
  | { is: 'facts'; label: string; rows: { label: string; value: string }[] }
  /** What is no longer so, and what is instead. */
  | {
      is: 'changes'
      label: string
      words: { was: string; now: string }
      rows: { label: string; was: string; now: string }[]
    }
  | { is: 'fine'; text: string; html?: string }

interface Row {
  label: string
  amount: string
}

interface LinesWords {
  /** `Order R7KX2`. */
  caption: string
  ticket: string
  quantity: string
  amount: string
}

export interface EventCard {
  title: string
  month: string
  day: string
  starts: string
  until: string
  zone: string
  /** The former date, in a letter that tells a new one. */
  was: string
  place: string
  placeDetail: string
}

export interface LetterContext {
  now: Date
  shop: Shop
}

/** Mail programs make links of these. Anyone may sign up a stranger's address under a name like "Win at evil.example". */
const LOOKS_LIKE_LINK = /[@/]|www\.|\p{L}\.\p{L}{2,}/iu

/** A name that may be shown: not one that would be a link in our mail to somebody who never gave it. */
export function nameOf(name: string | null): string {
  return name && !LOOKS_LIKE_LINK.test(name) ? name : ''
}

export function greetingOf(t: Translate, name: string | null): string {
  return t('greeting', { name: nameOf(name) || 'none' })
}

/** The platform, for templates. */
export function shopWords({ name, url }: Shop): Variables {
  return { name, url }
}
