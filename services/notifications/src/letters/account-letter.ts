import type { EmailLink } from '../content/email-link.ts'
import { textsOf } from '../messages/texts.ts'
import { greetingOf, type LetterContext, type LetterDraft, nameOf, shopWords } from './letter.ts'

export const ACCOUNT_KINDS = [
  'email-confirmation',
  'password-reset',
  'sign-up-repeated',
  'password-changed',
  'member-added',
  'webhook-endpoint-off',
  'email-change',
  'email-change-taken',
  'email-changed',
  'account-deleted',
] as const
export type AccountKind = (typeof ACCOUNT_KINDS)[number]

/** The letters that carry a link of accounts; they differ in words alone. */
export function composeAccountLetter(kind: AccountKind, link: EmailLink, { now, shop }: LetterContext): LetterDraft {
  const t = textsOf(link.language)
  return {
    kind,
    language: link.language,
    variables: {
      greeting: greetingOf(t, link.name),
      account: { name: nameOf(link.name) },
      shop: shopWords(shop),
      link: lifetime(link.expiresAt, now),
      ...(link.organizer ? { organizer: { name: link.organizer.name, role: t(`role.${link.organizer.role}`) } } : {}),
    },
    button: { label: t('action.open'), url: link.url },
    blocks: {},
    footer: t('footer.account', { shop: shop.name }),
    attachments: [],
  }
}

/**
 * Told as a duration, because the reader's time zone is not known: minutes up to two hours, then hours, and from two days
 * on also as days.
 */
function lifetime(expiresAt: Date | null, now: Date): { minutes: number; hours: number; days: number } {
  const minutes = expiresAt ? Math.max(1, Math.round((expiresAt.getTime() - now.getTime()) / 60_000)) : 0
  if (minutes < 120) return { minutes, hours: 0, days: 0 }
  const days = minutes < 2 * 1_440 ? 0 : Math.round(minutes / 1_440)
  return { minutes: 0, hours: Math.round(minutes / 60), days }
}
