import type { Translate } from '../messages/text.ts'

const NAMED = [
  'order-confirmation',
  'transfer-instructions',
  'hold-reminder',
  'payment-failed',
  'ticket-received',
  'ticket-passed-on',
  'ticket-taken-back',
  'order-refund',
  'order-partial-refund',
  'payment-refund',
  'event-cancelled',
  'event-rescheduled',
  'event-moved',
  'event-reminder',
  'waiting-list-joined',
  'waiting-list-offered',
  'bulk-information',
  'bulk-marketing',
] as const

/** What people call a kind of mail; one that this release has no name for keeps its own. */
export function kindName(t: Translate, kind: string): string {
  const named = NAMED.find((name) => name === kind)
  return named ? t(`console.templates.kind.${named}`) : kind
}
