import type { Channel, Connection, PublisherProps } from 'rabbitmq-client'
import type { Subscription } from './bus.ts'

type QueueDeclaration = NonNullable<PublisherProps['queues']>[number]

/** All facts go through one topic exchange; the routing key is the message type. */
export const EXCHANGE = { exchange: 'guichet', type: 'topic', durable: true }

/**
 * Where a queue's own messages go when they wait or die: by an exchange of its own and never by the default one, whose
 * users could write to every queue there is. Routing keys: `again`, `dead`, `retry.<ms>`, `marker`.
 */
export const asideExchange = (owner: string) => ({ exchange: `${owner}.aside`, type: 'direct', durable: true })

export const toAgain = (queue: string) => ({ exchange: asideExchange(queue).exchange, routingKey: 'again' })
export const toDead = (queue: string) => ({ exchange: asideExchange(queue).exchange, routingKey: 'dead' })
export const toRetry = (queue: string, delayMs: number) => ({
  exchange: asideExchange(queue).exchange,
  routingKey: `retry.${delayMs}`,
})

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
      'x-dead-letter-exchange': toDead(queue).exchange,
      'x-dead-letter-routing-key': toDead(queue).routingKey,
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

export const deadBinding = (queue: string) => ({ queue: deadName(queue), ...toDead(queue) })

/** A message waits here for its delay, expires, and returns to its queue. */
export function retryQueue(queue: string, delayMs: number): QueueDeclaration {
  return {
    queue: `${queue}.retry.${delayMs}`,
    durable: true,
    arguments: {
      ...QUORUM,
      'x-message-ttl': delayMs,
      'x-dead-letter-exchange': toAgain(queue).exchange,
      'x-dead-letter-routing-key': toAgain(queue).routingKey,
    },
  }
}

/** What brings messages into the queue: the facts it wants, and its own that have waited. */
export function bindings({ queue, types }: Pick<Subscription, 'queue' | 'types'>) {
  return [
    ...types.map((type) => ({ exchange: EXCHANGE.exchange, queue, routingKey: type })),
    { queue, ...toAgain(queue) },
  ]
}

/** Holds one message for ever: the sign that the broker still has its disk. */
export function markerQueue(publisher: string): QueueDeclaration {
  return { queue: markerName(publisher), durable: true, arguments: { 'x-queue-type': 'quorum' } }
}

export const markerName = (publisher: string) => `${publisher}.marker`

export const toMarker = (publisher: string) => ({ exchange: asideExchange(publisher).exchange, routingKey: 'marker' })

/**
 * Declares the exchange of facts if it is not there. Looked for first, because a service's user may not configure it
 * where the broker's own definitions have made it.
 */
export async function ensureExchange(connection: Connection): Promise<void> {
  const look = await connection.acquire()
  const found = await look.exchangeDeclare({ ...EXCHANGE, passive: true }).then(
    () => true,
    () => false,
  )
  await look.close() // the broker has closed it when there was none
  if (found) return
  const channel = await connection.acquire()
  try {
    await channel.exchangeDeclare(EXCHANGE)
  } finally {
    await channel.close()
  }
}

/** Everything that may be put aside of a queue, on a channel that is about to publish. */
export async function declareAside(channel: Channel, queue: string, delaysMs: readonly number[]): Promise<void> {
  await channel.exchangeDeclare(asideExchange(queue))
  await channel.queueDeclare(deadQueue(queue))
  await channel.queueBind(deadBinding(queue))
  for (const delayMs of new Set(delaysMs)) {
    const { queue: name } = await channel.queueDeclare(retryQueue(queue, delayMs))
    await channel.queueBind({ queue: name, ...toRetry(queue, delayMs) })
  }
}

/** The queue, and the way back into it. */
export async function declareMain(channel: Channel, queue: string): Promise<void> {
  await channel.queueDeclare(mainQueue(queue))
  await channel.exchangeDeclare(asideExchange(queue))
  await channel.queueBind({ queue, ...toAgain(queue) })
}
