import type { MessageId, Translate } from '../messages/text.ts'

/** Of the sentences below: another text is another version, so that each consent keeps what was read. */
export const WORDING_VERSION = '2026-11'

/** The boxes of the checkout, none of them ticked. */
export const CONSENT_KINDS = ['hold-reminder', 'sms', 'organizer-news', 'platform-news'] as const
export type ConsentKind = (typeof CONSENT_KINDS)[number]

const WORDINGS: Record<ConsentKind, MessageId> = {
  'hold-reminder': 'consent.holdReminder',
  sms: 'consent.sms',
  'organizer-news': 'consent.organizerNews',
  'platform-news': 'consent.platformNews',
}

/** The sentence beside a box: shown to the buyer, and kept as the proof. */
export function consentWording(kind: ConsentKind, t: Translate, eventTitle: string): string {
  return t(WORDINGS[kind], { event: eventTitle })
}

/**
 * A telephone number as people write it, in E.164; undefined when it is none. Without a country code it is French, where
 * the platform sells; `00` and brackets are understood.
 */
export function toE164(typed: string): string | undefined {
  const compact = typed.replace(/[\s().\u00a0\u202f/-]/g, '').replace(/^00/, '+')
  const number = compact.replace(/^\+330/, '+33').replace(/^0(?=[1-9]\d{8}$)/, '+33')
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : undefined
}
