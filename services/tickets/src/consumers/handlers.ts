import type { MessageHandler } from '@guichet/messaging'
import type { TokenCutoffs } from '@guichet/server'
import type { Schema } from '../db.ts'
import { eventChanged } from './event-changed.ts'
import { eventDeleted } from './event-deleted.ts'
import { userErased } from './user-erased.ts'

/** All that this service listens to, by message type. */
export function messageHandlers(cutoffs: TokenCutoffs): Record<string, MessageHandler<Schema>> {
  return {
    'events.event-published.v1': eventChanged,
    'events.event-updated.v1': eventChanged,
    'events.event-rescheduled.v1': eventChanged,
    'events.event-cancelled.v1': eventChanged,
    'events.event-deleted.v1': eventDeleted,
    'accounts.user-erased.v1': userErased,
    ...(cutoffs.handlers as unknown as Record<string, MessageHandler<Schema>>),
  }
}
