import type { Language } from '@guichet/problem'
import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { NotSent } from '../deliveries/not-sent.ts'
import type { AccountKind } from '../letters/account-letter.ts'
import { ask } from './ask.ts'
import { cleanLine } from './clean-text.ts'
import { languageOfLocale } from './localised.ts'

export interface EmailLink {
  url: string
  email: string
  name: string | null
  language: Language
  expiresAt: Date | null
  /** Of member-added: where, and as what. */
  organizer?: { name: string; role: Role } | undefined
  /** Of email-change: the address has an account already. */
  taken?: boolean
}

export const ROLES = ['owner', 'manager', 'finance', 'support', 'door', 'viewer'] as const
export type Role = (typeof ROLES)[number]

interface EmailLinkAnswer {
  url: string
  email: string
  name?: string | null
  locale?: string
  expiresAt?: string | null
  organizer?: { name: string; role: Role }
  taken?: boolean
}

/** Has accounts make a link for a user, now: each call may make a new secret. */
export async function fetchEmailLink(
  ctx: Context,
  userUuid: string,
  purpose: AccountKind,
  of: { organizerId?: string; changeId?: string } = {},
): Promise<EmailLink> {
  const answer = (await ask(ctx.accounts, ctx.outages, 'accounts', '/v1/internal/email-links', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId: toId('usr', userUuid), purpose, ...of }),
  })) as EmailLinkAnswer
  // A link that leads elsewhere would be phishing under our name.
  if (!answer.url.startsWith(`${ctx.config.publicUrl}/`)) {
    throw new NotSent('refused', 'accounts', 'The link does not lead to this shop.')
  }
  return {
    url: answer.url,
    email: answer.email,
    name: cleanLine(answer.name, 100) || null,
    language: languageOfLocale(answer.locale),
    expiresAt: answer.expiresAt ? new Date(answer.expiresAt) : null,
    taken: answer.taken === true,
    organizer: answer.organizer && { ...answer.organizer, name: cleanLine(answer.organizer.name, 100) },
  }
}
