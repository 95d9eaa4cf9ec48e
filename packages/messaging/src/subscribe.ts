import { setTimeout as pause } from 'node:timers/promises'
import { type Db, inTransaction, type Tx } from '@guichet/database'
import type { Bus, Consumer, Subscription } from './bus.ts'
import { isFirstDelivery, purgeInbox } from './inbox.ts'
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

const PURGE_EVERY_MS = 3_600_000

/**
 * Runs a handler for each message of its type, with one effect however often it is delivered: the inbox row and the
 * effect commit together, and the broker is told afterwards.
 */
export function subscribe<S>({ bus, db, queue, handlers, log, ...rule }: SubscribeOptions<S>): Consumer {
  const consumer = bus.consume({ queue, types: Object.keys(handlers), ...rule }, async (message, delivery) => {
    const handler = Object.hasOwn(handlers, message.type) ? handlers[message.type] : undefined
    const about = { queue, messageId: message.id, type: message.type, attempt: delivery.attempt }
    if (!handler) {
      // A type once bound stays bound; an older or newer release may have handled it.
      log.warn(about, 'message of a type that is no longer handled')
      return
    }
    try {
      await untilReachable(delivery.signal, () =>
        inTransaction(db, async (tx) => {
          if (await isFirstDelivery(tx, queue, message.id)) await handler(tx, message)
        }),
      )
    } catch (error) {
      if (delivery.last) log.error({ ...about, err: error }, 'message set aside as a dead letter')
      else log.warn({ ...about, err: error }, 'message failed, will be tried again')
      throw error
    }
  })
  const purge = () => purgeInbox(db, queue).catch((error) => log.warn({ queue, err: error }, 'an inbox was not purged'))
  const purger = setInterval(purge, PURGE_EVERY_MS)
  purger.unref()
  return {
    bound: consumer.bound,
    async stop() {
      clearInterval(purger)
      await consumer.stop()
    },
  }
}

const LONGEST_WAIT_MS = 10 * 60_000
// https://www.postgresql.org/docs/current/errcodes-appendix.html, classes 08, 53, 57; the rest are Node's.
const UNREACHABLE_CODE =
  /^(08...|53300|57P0[123]|ECONN(REFUSED|RESET)|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)$/
const UNREACHABLE_TEXT = /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered)/

/**
 * Waits for a database that is away, because that is not the message's fault: its attempts would be used up in
 * minutes, and an outage would end in a heap of dead letters.
 */
async function untilReachable(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  for (let waitedMs = 0, waitMs = 100; ; waitedMs += waitMs, waitMs = Math.min(waitMs * 2, 5_000)) {
    try {
      await work()
      return
    } catch (error) {
      if (!isUnreachable(error) || waitedMs >= LONGEST_WAIT_MS || signal.aborted) throw error
      await pause(waitMs, undefined, { signal }).catch(() => {})
    }
  }
}

function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ('code' in error && UNREACHABLE_CODE.test(String(error.code))) || UNREACHABLE_TEXT.test(error.message)
}
