import type { EmailLink } from '../content/email-link.ts'
import type { DisabledReason } from '../webhooks/tables.ts'
import { composeAccountLetter } from './account-letter.ts'
import type { LetterContext, LetterDraft } from './letter.ts'

/** An endpoint that was turned off: where it is (without its path, which may hold a key), and why. */
export interface EndpointOff {
  host: string
  reason: DisabledReason | null
}

/** Tells an owner that nothing is posted to an endpoint any more. The link leads to the console. */
export function composeWebhookOff(link: EmailLink, { host, reason }: EndpointOff, context: LetterContext): LetterDraft {
  const draft = composeAccountLetter('webhook-endpoint-off', link, context)
  return { ...draft, variables: { ...draft.variables, webhook: { host, reason: reason ?? '' } } }
}
