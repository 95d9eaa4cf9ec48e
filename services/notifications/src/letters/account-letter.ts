import type { EmailLink } from '../content/email-link.ts'
import { textsOf } from '../messages/texts.ts'
import { greetingOf, type Letter, type LetterContext } from './letter.ts'

export const ACCOUNT_KINDS = ['email-confirmation', 'password-reset', 'sign-up-repeated'] as const
export type AccountKind = (typeof ACCOUNT_KINDS)[number]

/** The letters that carry a link of accounts; they differ in words alone. */
export function composeAccountLetter(kind: AccountKind, link: EmailLink, { now, shop }: LetterContext): Letter {
  const t = textsOf(link.language)
  const lasts = kind === 'sign-up-repeated' ? undefined : lifetime(link.expiresAt, now)
  return {
    language: link.language,
    shop,
    subject: t(`${kind}.subject`),
    preheader: t(`${kind}.preheader`, { shop: shop.name }),
    title: t(`${kind}.title`),
    greeting: greetingOf(t, link.name),
    parts: [
      { is: 'paragraph', text: t(`${kind}.intro`, { shop: shop.name }) },
      { is: 'action', label: t(`${kind}.action`), url: link.url, fallback: t('fallback') },
      ...(lasts ? [{ is: 'paragraph' as const, text: t('link.lasts', lasts) }] : []),
      { is: 'fine', text: t(`${kind}.not-you`) },
    ],
    footer: t('footer.account', { shop: shop.name }),
    attachments: [],
  }
}

/** Told as a duration, because the reader's time zone is not known: minutes up to two hours, then hours. */
function lifetime(expiresAt: Date | null, now: Date): { unit: string; count: number } | undefined {
  if (!expiresAt) return undefined
  const minutes = Math.max(1, Math.round((expiresAt.getTime() - now.getTime()) / 60_000))
  return minutes < 120 ? { unit: 'minutes', count: minutes } : { unit: 'hours', count: Math.round(minutes / 60) }
}
