import type { PublisherProps } from 'rabbitmq-client'
import type { Subscription } from './bus.ts'

type QueueDeclaration = NonNullable<PublisherProps['queues']>[number]

/** All facts go through one topic exchange; the routing key is the message type. */
export const EXCHANGE = { exchange: 'guichet', type: 'topic', durable: true }

/**
 * How often the broker redelivers one message whose consumer died before it answered. Ordinary failures never come
 * near it (they are counted by `ATTEMPT`); it ends the loop of a message that kills its process each time.
 */
const DELIVERY_LIMIT = 20

/** Header: which attempt the message is on; missing the first time. */
export const ATTEMPT = 'x-attempt'
/** Header: why the attempt before failed. */
export const ERROR = 'x-error'
/** Header: when it was set aside, in milliseconds since 1970. */
export const DIED_AT = 'x-died-at'

// Dead letters and retries are moved at-least-once, which asks for reject-publish: refuse rather than lose.
const QUORUM = {
  'x-queue-type': 'quorum',
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish',
} as const

export function mainQueue(queue: string): QueueDeclaration {
  return {
    queue,
    durable: true,
    arguments: {
      ...QUORUM,
      'x-delivery-limit': DELIVERY_LIMIT,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': deadName(queue),
    },
  }
}

export const deadName = (queue: string) => `${queue}.dead`

/** Kept until a person replays or purges them; a look at them counts as a delivery, hence the high limit. */
export function deadQueue(queue: string): QueueDeclaration {
  return {
    queue: deadName(queue),
    durable: true,
    arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 1_000_000 },
  }
}

/** Exchange and queue of one delay. What waits there keeps the name of its own queue as routing key. */
export const retryName = (delayMs: number) => `${EXCHANGE.exchange}.retry.${delayMs}`

/**
 * One waiting queue per delay, shared by all consumers: a message expires there after the delay and returns, by the
 * default exchange, to the queue named by its routing key.
 */
export function retryTopology(
  delaysMs: readonly number[],
): Required<Pick<PublisherProps, 'exchanges' | 'queues' | 'queueBindings'>> {
  const names = [...new Set(delaysMs)].map((delayMs) => ({ delayMs, name: retryName(delayMs) }))
  return {
    exchanges: names.map(({ name }) => ({ exchange: name, type: 'fanout', durable: true })),
    queues: names.map(({ name, delayMs }) => ({
      queue: name,
      durable: true,
      arguments: { ...QUORUM, 'x-message-ttl': delayMs, 'x-dead-letter-exchange': '' },
    })),
    queueBindings: names.map(({ name }) => ({ exchange: name, queue: name })),
  }
}

export function bindings(subscription: Subscription) {
  return subscription.types.map((type) => ({
    exchange: EXCHANGE.exchange,
    queue: subscription.queue,
    routingKey: type,
  }))
}
