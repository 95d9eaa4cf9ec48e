import { type Bus, type Consumer, type MessageHandler, subscribe } from '@guichet/messaging'
import { onEmailChangeRequested } from './consumers/email-change-requested.ts'
import { onEmailChanged } from './consumers/email-changed.ts'
import { onEmailLinkRequested } from './consumers/email-link-requested.ts'
import { onEventCancelled } from './consumers/event-cancelled.ts'
import { onEventChanged } from './consumers/event-changed.ts'
import { onEventDeleted } from './consumers/event-deleted.ts'
import { onFarewellRequested } from './consumers/farewell-requested.ts'
import { onHoldReminderRequested } from './consumers/hold-reminder-requested.ts'
import { onMemberAdded } from './consumers/member-added.ts'
import { onOrderConfirmed } from './consumers/order-confirmed.ts'
import { onOrderRecipientChanged } from './consumers/order-recipient-changed.ts'
import { onRefunded } from './consumers/order-refunded.ts'
import { onPasswordChanged } from './consumers/password-changed.ts'
import { onPaymentFailed } from './consumers/payment-failed.ts'
import { onTicketTakenBack } from './consumers/ticket-taken-back.ts'
import { onTicketTransferred } from './consumers/ticket-transferred.ts'
import { onTransferAwaited } from './consumers/transfer-awaited.ts'
import { onUserErased } from './consumers/user-erased.ts'
import { onWaitingListJoined } from './consumers/waiting-list-joined.ts'
import { onWaitingListOffered } from './consumers/waiting-list-offered.ts'
import type { Context } from './context.ts'
import type { Schema } from './db.ts'

/** All that the service listens to, one line each. `cutoffs`: what makes access tokens old before their time. */
export function startConsuming(ctx: Context, bus: Bus, cutoffs: Record<string, MessageHandler<Schema>>): Consumer {
  const { db, log, now } = ctx
  return subscribe<Schema>({
    bus,
    db,
    log,
    queue: 'notifications',
    handlers: {
      'tickets.transfer-awaited.v1': onTransferAwaited(now),
      'tickets.hold-reminder-requested.v1': onHoldReminderRequested(now),
      'tickets.order-confirmed.v1': onOrderConfirmed(now),
      'tickets.order-recipient-changed.v1': onOrderRecipientChanged(now),
      'tickets.order-refunded.v1': onRefunded('order-refund', now),
      'tickets.order-partially-refunded.v1': onRefunded('order-partial-refund', now),
      'tickets.payment-failed.v1': onPaymentFailed(now),
      'tickets.ticket-transferred.v1': onTicketTransferred(now),
      'tickets.ticket-taken-back.v1': onTicketTakenBack(now),
      'tickets.payment-refunded.v1': onRefunded('payment-refund', now),
      'tickets.waiting-list-joined.v1': onWaitingListJoined(now),
      'tickets.waiting-list-offered.v1': onWaitingListOffered(now),
      'events.event-published.v1': onEventChanged(ctx),
      'events.event-updated.v1': onEventChanged(ctx),
      'events.event-rescheduled.v1': onEventChanged(ctx),
      'events.event-cancelled.v1': onEventCancelled(now),
      'events.event-deleted.v1': onEventDeleted(now),
      'accounts.email-link-requested.v1': onEmailLinkRequested(now),
      'accounts.password-changed.v1': onPasswordChanged(now),
      'accounts.member-added.v1': onMemberAdded(now),
      'accounts.email-change-requested.v1': onEmailChangeRequested(now),
      'accounts.email-changed.v1': onEmailChanged(now),
      'accounts.farewell-requested.v1': onFarewellRequested(now),
      'accounts.user-erased.v1': onUserErased,
      ...cutoffs,
    },
  })
}
