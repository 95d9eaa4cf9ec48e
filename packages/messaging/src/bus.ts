import type { DeadLetters } from './dead-letter.ts'
import type { Message } from './message.ts'

/**
 * What became of one published message. `published`: stored durably for every queue bound to its type.
 * `unroutable`: the broker took it but no queue wants it, so nobody will ever see it. `failed`: no confirm in time;
 * it may or may not have arrived. Only `published` may be marked as done.
 */
export type Outcome = 'published' | 'unroutable' | 'failed'

export interface Subscription {
  /** Durable; consumers with the same queue share its messages. Each service names its own: `tickets`. */
  queue: string
  /** Exact message types. A type once bound stays bound, so a rolling deploy loses nothing. */
  types: readonly string[]
  /** Most messages handled at the same time by this consumer. Default 10. */
  prefetch?: number | undefined
  /** Handler runs before the message is set aside as a dead letter. Default: one more than there are back-offs. */
  maxAttempts?: number | undefined
  /** Wait before the 2nd, 3rd … attempt; the last one repeats. Default 1 s, 5 s, 30 s, 2 min, 10 min. */
  backoffMs?: readonly number[] | undefined
}

export interface Delivery {
  /** 1 the first time. */
  attempt: number
  /** True when a failure now makes it a dead letter. */
  last: boolean
  /** Aborted when the consumer is told to stop: give up waiting, do not give up the work. */
  signal: AbortSignal
}

/** Resolves: done, never again. Throws: again later, or a dead letter when it was the last attempt. */
export type Receive = (message: Message, delivery: Delivery) => Promise<void>

export interface Consumer {
  /** Resolves when the queue exists and is bound; later than `consume` while the broker is down. Never rejects. */
  bound: Promise<void>
  /** Takes no new message, lets those in work finish. The queue stays and keeps collecting. */
  stop(): Promise<void>
}

/**
 * The port to the broker: at least once, to every queue bound to the type. Nothing here throws because the broker is
 * away except `deadLetters`, which a person uses.
 */
export interface Bus {
  /**
   * One outcome per message, in the same order. Never throws. Messages reach a queue in the order of the calls, also of
   * calls at the same time; after one that failed, the later ones that are already here fail too.
   */
  publish(messages: readonly Message[]): Promise<Outcome[]>
  consume(subscription: Subscription, receive: Receive): Consumer
  /** What was set aside, by queue. */
  deadLetters: DeadLetters
  memory: BrokerMemory
  /** Connected and able to publish. */
  ready(): boolean
  /** Stops the consumers, then disconnects. */
  close(): Promise<void>
}

/**
 * Tells a publisher that the broker lost everything: it leaves a sign there, and a broker without the sign has lost its
 * disk. Rejects when the broker is away or may not be asked.
 */
export interface BrokerMemory {
  /** How far back what was published is sent again to a broker that lost it, at most 168. */
  republishHours: number
  /** Another number after each new connection: until then, what was there still is. */
  session(): number
  holds(publisher: string): Promise<boolean>
  /** Leaves the sign: only when it is written down what is to be sent again. */
  keep(publisher: string): Promise<void>
}

export const DEFAULT_BACKOFF_MS: readonly number[] = [1_000, 5_000, 30_000, 120_000, 600_000]
export const DEFAULT_PREFETCH = 10
export const DEFAULT_REPUBLISH_HOURS = 24

/** The retry rule of a subscription, shared by the adapters so that they cannot differ. */
export function retryRule(subscription: Subscription): { maxAttempts: number; delayMs(attempt: number): number } {
  const backoff = subscription.backoffMs?.length ? subscription.backoffMs : DEFAULT_BACKOFF_MS
  return {
    maxAttempts: subscription.maxAttempts ?? backoff.length + 1,
    delayMs: (attempt) => backoff[Math.min(attempt, backoff.length) - 1] ?? 1_000,
  }
}
