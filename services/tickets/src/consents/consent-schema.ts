import { DomainError } from '@guichet/problem'
import { Type } from 'typebox'

/**
 * What a buyer may agree to at the checkout. `organizer-news`, `platform-news`: advertising by mail, of one or the other.
 * `sms`: messages about this event to the telephone. `hold-reminder`: one mail before the places are let go.
 */
export const CONSENT_KINDS = ['organizer-news', 'platform-news', 'sms', 'hold-reminder'] as const
export type ConsentKind = (typeof CONSENT_KINDS)[number]

/** A box that was ticked, as it is kept: the proof. */
export interface GivenConsent {
  kind: ConsentKind
  wording: string
  wordingVersion: string
  language: 'en' | 'fr'
  givenAt: string
}

export const ConsentBody = Type.Object({
  kind: Type.Enum([...CONSENT_KINDS]),
  wording: Type.String({
    minLength: 1,
    maxLength: 500,
    pattern: '\\S',
    description: 'The sentence beside the box, as the buyer read it. Boxes must be unticked at first.',
  }),
  wordingVersion: Type.String({ minLength: 1, maxLength: 40 }),
  language: Type.Enum(['en', 'fr']),
})

export const ConsentsBody = Type.Array(ConsentBody, {
  maxItems: CONSENT_KINDS.length,
  description: 'All boxes that are ticked now; one that is left out is withdrawn.',
})

export const ConsentAnswer = Type.Object({
  kind: Type.Enum([...CONSENT_KINDS]),
  wording: Type.String(),
  wordingVersion: Type.String(),
  language: Type.Enum(['en', 'fr']),
  givenAt: Type.String({ format: 'date-time' }),
})

export const PhoneBody = Type.Union([Type.String({ pattern: '^\\+[1-9]\\d{6,14}$' }), Type.Null()], {
  description: 'E.164, for the SMS that the buyer has agreed to.',
})

/** What holds after a change: a box that stays ticked keeps its time. Nobody can agree to SMS without a number. */
export function mergeConsents(
  held: GivenConsent[] | null,
  ticked: readonly Omit<GivenConsent, 'givenAt'>[] | undefined,
  phone: string | null,
  now: Date,
): GivenConsent[] | null {
  const consents =
    ticked === undefined
      ? (held ?? [])
      : ticked.map(
          (one) =>
            held?.find(({ kind, wordingVersion }) => kind === one.kind && wordingVersion === one.wordingVersion) ?? {
              ...one,
              givenAt: now.toISOString(),
            },
        )
  if (new Set(consents.map(({ kind }) => kind)).size < consents.length) throw invalid('/consents', 'names a kind twice')
  if (phone === null && consents.some(({ kind }) => kind === 'sms')) {
    throw invalid('/buyer/phone', 'is required for SMS')
  }
  return consents.length > 0 ? consents : null
}

function invalid(pointer: string, detail: string): DomainError {
  return new DomainError('request-invalid', {}, { errors: [{ pointer, detail }] })
}
