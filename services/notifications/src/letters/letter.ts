import type { Language } from '@guichet/problem'
import type { Attachment } from '../mail/mailer.ts'
import type { Translate } from '../messages/texts.ts'

/** A letter in one language, before it is text or HTML. All its texts are plain, and foreign ones are clean lines. */
export interface Letter {
  language: Language
  shop: Shop
  subject: string
  /** What a list of mails shows beside the subject. */
  preheader: string
  title: string
  greeting: string
  parts: Part[]
  /** Why the reader gets it. */
  footer: string
  attachments: Attachment[]
}

export interface Shop {
  name: string
  /** The public origin, without a final slash. */
  url: string
}

export type Part =
  | { is: 'paragraph'; text: string }
  | { is: 'notice'; text: string }
  | { is: 'event'; struck: boolean; event: EventCard }
  | { is: 'action'; label: string; url: string; fallback: string }
  | { is: 'lines'; words: LinesWords; rows: { name: string; quantity: string; amount: string }[]; total: Row | null }
  | { is: 'tickets'; label: string; rows: { name: string; holder: string }[] }
  | { is: 'fine'; text: string }

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

/** By name, unless the name would be a link in our mail to somebody who never gave it. */
export function greetingOf(t: Translate, name: string | null): string {
  return t('greeting', { name: name && !LOOKS_LIKE_LINK.test(name) ? name : 'none' })
}
