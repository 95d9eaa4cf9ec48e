/** What a kind of message is about (where its content is asked for), why it is sent, and how urgent it is. */
export interface KindRule {
  /** `order`, `waiting`: tickets knows the content. `account`: accounts does. `address`: nobody need be asked. */
  about: 'order' | 'account' | 'waiting' | 'address'
  /** Decides on consent, quiet hours, suppression and List-Unsubscribe. */
  purpose: 'transactional' | 'reminder' | 'information' | 'marketing'
  /** 0: somebody waits for it. 1: an event changed. 2: a reminder. 3: one of many. */
  priority: 0 | 1 | 2 | 3
}

/** Every kind of message. One more is a line here, its composer (deliveries/composers.ts), its texts. */
export const KIND_RULES = {
  'transfer-instructions': { about: 'order', purpose: 'transactional', priority: 0 },
  // The buyer asked for this one mail, at this moment: neither night nor unsubscribing is about it.
  'hold-reminder': { about: 'order', purpose: 'transactional', priority: 0 },
  'payment-failed': { about: 'order', purpose: 'transactional', priority: 0 },
  'order-confirmation': { about: 'order', purpose: 'transactional', priority: 0 },
  'ticket-received': { about: 'order', purpose: 'transactional', priority: 0 },
  'ticket-passed-on': { about: 'order', purpose: 'transactional', priority: 0 },
  'ticket-taken-back': { about: 'order', purpose: 'transactional', priority: 0 },
  'order-refund': { about: 'order', purpose: 'transactional', priority: 0 },
  'order-partial-refund': { about: 'order', purpose: 'transactional', priority: 0 },
  'payment-refund': { about: 'order', purpose: 'transactional', priority: 0 },
  'event-cancelled': { about: 'order', purpose: 'transactional', priority: 1 },
  'event-rescheduled': { about: 'order', purpose: 'transactional', priority: 1 },
  'event-moved': { about: 'order', purpose: 'transactional', priority: 1 },
  'event-reminder': { about: 'order', purpose: 'reminder', priority: 2 },
  'bulk-information': { about: 'order', purpose: 'information', priority: 3 },
  'bulk-marketing': { about: 'order', purpose: 'marketing', priority: 3 },
  'email-confirmation': { about: 'account', purpose: 'transactional', priority: 0 },
  'password-reset': { about: 'account', purpose: 'transactional', priority: 0 },
  'sign-up-repeated': { about: 'account', purpose: 'transactional', priority: 0 },
  'password-changed': { about: 'account', purpose: 'transactional', priority: 0 },
  'member-added': { about: 'account', purpose: 'transactional', priority: 0 },
  'webhook-endpoint-off': { about: 'account', purpose: 'transactional', priority: 1 },
  'email-change': { about: 'account', purpose: 'transactional', priority: 0 },
  'email-changed': { about: 'account', purpose: 'transactional', priority: 0 },
  'account-deleted': { about: 'account', purpose: 'transactional', priority: 0 },
  'waiting-list-joined': { about: 'waiting', purpose: 'transactional', priority: 0 },
  'waiting-list-offered': { about: 'waiting', purpose: 'transactional', priority: 0 },
} as const satisfies Record<string, KindRule>

export type Kind = keyof typeof KIND_RULES
export type Purpose = KindRule['purpose']

export const KINDS = Object.keys(KIND_RULES) as readonly Kind[]

/** The rule of a kind, for code that asks what all kinds have. */
export function ruleOf(kind: Kind): KindRule {
  return KIND_RULES[kind]
}

/** The kinds whose content is asked for at one place. */
export function kindsAbout(...about: readonly KindRule['about'][]): Kind[] {
  return KINDS.filter((kind) => about.includes(ruleOf(kind).about))
}

export const CHANNELS = ['email', 'sms'] as const
export type Channel = (typeof CHANNELS)[number]

/**
 * `pending → sending → sent → delivered | bounced`; `retrying` after a refusal for now; `failed`: refused for good, or
 * for 72 hours; `skipped`: not to be sent any more, with a {@link SkipReason}.
 */
export const STATES = ['pending', 'sending', 'retrying', 'sent', 'delivered', 'bounced', 'failed', 'skipped'] as const
export type State = (typeof STATES)[number]

/** The states from which a message is still sent. */
export const OPEN_STATES = ['pending', 'sending', 'retrying'] as const satisfies readonly State[]

export const SKIP_REASONS = ['too-late', 'called-off', 'no-longer-true', 'suppressed', 'no-consent', 'capped'] as const
export type SkipReason = (typeof SKIP_REASONS)[number]
