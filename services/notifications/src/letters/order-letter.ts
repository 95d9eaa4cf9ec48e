import type { Occasion, Order } from '../content/order.ts'
import { toOccasion } from '../content/order.ts'
import type { Refund } from '../content/refund.ts'
import type { EventFacts } from '../db.ts'
import type { Attachment } from '../mail/mailer.ts'
import { textsOf } from '../messages/texts.ts'
import { composeEventCancelled } from './event-cancelled.ts'
import { composeEventMoved } from './event-moved.ts'
import { composeEventReminder } from './event-reminder.ts'
import { composeEventRescheduled } from './event-rescheduled.ts'
import type { LetterContext, LetterDraft } from './letter.ts'
import { composeOrderConfirmation } from './order-confirmation.ts'
import type { OrderLetterInput } from './order-parts.ts'
import { composeOrderRefund, composePartialRefund, composePaymentRefund } from './order-refund.ts'
import { composeTicketPassedOn, composeTicketReceived, composeTicketTakenBack } from './ticket-transfer.ts'
import { composeTransferInstructions } from './transfer-instructions.ts'

const COMPOSERS = {
  'transfer-instructions': composeTransferInstructions,
  'order-confirmation': composeOrderConfirmation,
  'ticket-received': composeTicketReceived,
  'ticket-passed-on': composeTicketPassedOn,
  'ticket-taken-back': composeTicketTakenBack,
  'order-refund': composeOrderRefund,
  'order-partial-refund': composePartialRefund,
  'payment-refund': composePaymentRefund,
  'event-cancelled': composeEventCancelled,
  'event-rescheduled': composeEventRescheduled,
  'event-moved': composeEventMoved,
  'event-reminder': composeEventReminder,
} as const satisfies Record<string, (input: OrderLetterInput) => LetterDraft>

export type OrderKind = keyof typeof COMPOSERS
export const ORDER_KINDS = Object.keys(COMPOSERS) as readonly OrderKind[]

/** The letter of a kind about an order. `facts`: what an announcement said, which counts more than tickets' copy. */
export function composeOrderLetter(
  kind: OrderKind,
  order: Order,
  context: LetterContext & { facts: EventFacts; refund?: Refund | undefined; pdf?: Attachment | undefined },
): LetterDraft {
  const { now, shop, facts, refund, pdf } = context
  const occasion = mergeFacts(order, facts)
  return COMPOSERS[kind]({ order, occasion, facts, refund, pdf, now, shop, t: textsOf(order.language) })
}

/** The event as an announcement told of it, else as tickets has it. */
export function mergeFacts(order: Order, facts: EventFacts): Occasion {
  const { startsAt, endsAt, timeZone, title, venue } = facts
  if (!startsAt || !endsAt || !timeZone || !title) return order.event
  const told = toOccasion({ title, startsAt, endsAt, timeZone, venue: venue ?? null }, order.language)
  return { ...told, title: told.title || order.event.title, venue: venue ? told.venue : order.event.venue }
}
