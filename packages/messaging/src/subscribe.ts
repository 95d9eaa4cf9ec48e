import type { Db, Tx } from '@guichet/database'
import type { Bus, Consumer, Subscription } from './bus.ts'
import type { Log } from './log.ts'
import type { Message } from './message.ts'

/**
 * Handles one message in the transaction that also remembers it as seen. Everything it does must be in `tx`: no HTTP,
 * no mail. Declared as a method so that a handler may name its data: `(tx, message: Message<EventPublished>)`.
 */
export type MessageHandler<S> = { handle(tx: Tx<S>, message: Message): Promise<void> }['handle']

export interface SubscribeOptions<S> extends Pick<Subscription, 'prefetch' | 'maxAttempts' | 'backoffMs'> {
  bus: Bus
  db: Db<S>
  /** The service's queue, by convention its name. */
  queue: string
  /** By message type. */
  handlers: Record<string, MessageHandler<S>>
  log: Log
}

/** Runs a handler for each message of its type, with one effect however often it is delivered. */
export function subscribe<S>(_options: SubscribeOptions<S>): Consumer {
  throw new Error('not yet')
}
