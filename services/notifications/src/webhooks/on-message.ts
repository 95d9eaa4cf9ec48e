import type { Message, MessageHandler } from '@guichet/messaging'
import type { Schema } from '../db.ts'
import { uuidOf } from '../message-ids.ts'
import { addEvent } from './add-event.ts'
import { PUBLIC_EVENTS, PUBLIC_TYPES, type PublicType, publicData } from './public-events.ts'

/** A handler for each message that organizers may be told of. `streamed`: the broker has a public exchange. */
export function publicEventHandlers(now: () => Date, streamed: boolean): Record<string, MessageHandler<Schema>> {
  return Object.fromEntries(PUBLIC_TYPES.map((type) => [PUBLIC_EVENTS[type].from, toPublicEvent(type, now, streamed)]))
}

function toPublicEvent(type: PublicType, now: () => Date, streamed: boolean): MessageHandler<Schema> {
  return async (tx, message: Message<Record<string, unknown>>) => {
    // Mail to an account is nobody's business but the account's.
    if (message.data.organizerId === null) return
    await addEvent(tx, now(), {
      id: message.id,
      organizerId: uuidOf('org', message.data.organizerId),
      type,
      occurredAt: new Date(message.time),
      data: publicData(type, message.data),
      test: false,
      streamed,
    })
  }
}
