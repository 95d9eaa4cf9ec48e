import type { Order } from '../api/types.ts'
import type { Check } from '../forms/check.server.ts'
import { type Language, pickText } from '../messages/language.ts'
import type { Translate } from '../messages/text.ts'
import { CONSENT_KINDS, consentWording, toE164, WORDING_VERSION } from './consents.ts'

/** What the boxes of the checkout say: which are ticked, beside which words, and where SMS are to go. */
export function readConsents(
  values: Record<string, string>,
  { order, check, language, t }: { order: Order; check: Check; language: Language; t: Translate },
) {
  const ticked = CONSENT_KINDS.filter((kind) => values[`consent.${kind}`] === 'on')
  const typed = values.phone ?? ''
  const phone = toE164(typed)
  if (ticked.includes('sms') && !typed) check.refuse('phone', t('fault.phone.missing'))
  else if (typed && !phone) check.refuse('phone', t('fault.phone'))
  const title = pickText(order.event.title, language).text
  return {
    // A number without the box is not kept: nobody asked for SMS.
    phone: ticked.includes('sms') ? (phone ?? null) : null,
    consents: ticked.map((kind) => ({
      kind,
      wording: consentWording(kind, t, title).slice(0, 500),
      wordingVersion: WORDING_VERSION,
      language,
    })),
  }
}
