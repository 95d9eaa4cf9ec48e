import { setTimeout as pause } from 'node:timers/promises'
import { type AsyncMessage, type Channel, type Connection, ConsumerStatus, type SyncMessage } from 'rabbitmq-client'
import {
  type Bus,
  type Consumer,
  DEFAULT_PREFETCH,
  type DeadLetter,
  type Receive,
  retryRule,
  type Subscription,
} from './bus.ts'
import type { Log } from './log.ts'
import { isMessage, type Message } from './message.ts'
import { connectTo, createSender } from './rabbitmq-publisher.ts'
import {
  ATTEMPT,
  bindings,
  deadName,
  deadQueue,
  ERROR,
  EXCHANGE,
  mainQueue,
  retryName,
  retryTopology,
} from './rabbitmq-topology.ts'

const CONTENT_TYPE = 'application/cloudevents+json'

/** The bus on RabbitMQ 3.10 or later. Two connections, because an alarm blocks the one that publishes. */
export function connectRabbitmq(url: string, { log }: { log: Log }): Bus {
  const outgoing = connectTo(url, 'guichet-publish')
  const incoming = connectTo(url, 'guichet-consume')
  announce(outgoing, log)
  incoming.on('error', (error) => log.debug({ err: error }, 'broker: consuming connection lost'))
  const sender = createSender(outgoing, { exchanges: [EXCHANGE] })
  const consumers = new Map<string, Consumer>()

  return {
    publish: (messages) =>
      Promise.all(
        messages.map((message) =>
          sender.send(
            { exchange: EXCHANGE.exchange, routingKey: message.type, messageId: message.id, contentType: CONTENT_TYPE },
            Buffer.from(JSON.stringify(message)),
          ),
        ),
      ),

    consume(subscription, receive) {
      if (consumers.has(subscription.queue)) throw new Error(`${subscription.queue} is already consumed here`)
      const consumer = startConsumer(incoming, outgoing, subscription, receive, log)
      consumers.set(subscription.queue, consumer)
      return {
        bound: consumer.bound,
        async stop() {
          await consumer.stop()
          if (consumers.get(subscription.queue) === consumer) consumers.delete(subscription.queue)
        },
      }
    },

    async deadLetters(queue, limit = 100) {
      const channel = await incoming.acquire()
      try {
        await channel.queueDeclare(deadQueue(queue))
        const letters: DeadLetter[] = []
        while (letters.length < limit) {
          const found = await nextDead(channel, queue)
          if (!found) break
          letters.push(toDeadLetter(found))
        }
        return letters
      } finally {
        await channel.close() // unanswered: the broker puts all of them back
      }
    },

    async replay(queue) {
      const channel = await incoming.acquire()
      try {
        await channel.queueDeclare(mainQueue(queue))
        await channel.queueDeclare(deadQueue(queue))
        let replayed = 0
        // One that has died again meanwhile ends it, or a handler that always fails would keep us here.
        for (const done = new Set<string>(); ; replayed++) {
          const found = await nextDead(channel, queue)
          if (!found || (found.messageId && done.has(found.messageId))) break
          const outcome = await sender.send({ routingKey: queue, ...identity(found) }, toBytes(found.body))
          if (outcome !== 'published') throw new Error(`Replay stopped after ${replayed} messages: ${outcome}`)
          channel.basicAck({ deliveryTag: found.deliveryTag })
          if (found.messageId) done.add(found.messageId)
        }
        return replayed
      } finally {
        await channel.close()
      }
    },

    ready: () => outgoing.ready && incoming.ready,

    async close() {
      // Without a connection there is nothing to finish, and the client would wait for one. A connection is closed
      // once only: the client never answers a second close of one that was not connected.
      const connections = [incoming, outgoing]
      const away = connections.filter((connection) => !connection.ready)
      await Promise.all(away.map((connection) => connection.close()))
      await Promise.all([...consumers.values()].map((consumer) => consumer.stop()))
      await sender.close()
      const rest = connections.filter((connection) => !away.includes(connection))
      const closed = Promise.all(rest.map((connection) => connection.close())).then(() => true)
      const limit = new AbortController()
      const inTime = await Promise.race([closed, pause(3_000, false, { signal: limit.signal }).catch(() => false)])
      limit.abort()
      if (!inTime) for (const connection of rest) connection.unsafeDestroy()
    },
  }
}

function announce(connection: Connection, log: Log): void {
  connection.on('connection', () => log.info({}, 'broker: connected'))
  connection.on('error', (error) => log.warn({ err: error }, 'broker: not connected, trying again'))
  connection.on('connection.blocked', (reason) => log.warn({ reason }, 'broker: takes no messages for now'))
  connection.on('connection.unblocked', () => log.info({}, 'broker: takes messages again'))
}

function startConsumer(
  incoming: Connection,
  outgoing: Connection,
  subscription: Subscription,
  receive: Receive,
  log: Log,
): Consumer {
  const { queue } = subscription
  const { maxAttempts, delayMs } = retryRule(subscription)
  const delaysMs = Array.from({ length: maxAttempts - 1 }, (_, index) => delayMs(index + 1))
  const retries = retryTopology(delaysMs)
  const aside = createSender(outgoing, { ...retries, queues: [...retries.queues, deadQueue(queue)] })
  const stopping = new AbortController()
  const prefetch = subscription.prefetch ?? DEFAULT_PREFETCH

  const consumer = incoming.createConsumer(
    {
      queue,
      queueOptions: mainQueue(queue),
      exchanges: [EXCHANGE],
      queueBindings: bindings(subscription),
      qos: { prefetchCount: prefetch },
      concurrency: prefetch,
    },
    async (delivered) => {
      const message = toMessage(delivered.body)
      const attempt = message ? attemptOf(delivered) : maxAttempts
      const last = attempt >= maxAttempts
      try {
        if (!message) throw new Error('The body is not a CloudEvents 1.0 message.')
        await receive(message, { attempt, last, signal: stopping.signal })
        return ConsumerStatus.ACK
      } catch (error) {
        if (!message) log.error({ queue, messageId: delivered.messageId }, 'a body that is no message is set aside')
        const target = last
          ? { routingKey: deadName(queue) }
          : { exchange: retryName(delayMs(attempt)), routingKey: queue }
        const headers = { [ATTEMPT]: last ? attempt : attempt + 1, [ERROR]: String(error).slice(0, 1000) }
        const outcome = await aside.send({ ...target, headers, ...identity(delivered) }, toBytes(delivered.body))
        if (outcome === 'published') return ConsumerStatus.ACK
        // Nowhere to set it aside: keep it in its queue, and do not spin.
        await pause(1_000, undefined, { signal: stopping.signal }).catch(() => {})
        return ConsumerStatus.REQUEUE
      }
    },
  )
  consumer.on('error', (error) => log.debug({ err: error, queue }, 'broker: consumer interrupted'))

  const bound = new Promise<void>((resolve) => {
    consumer.on('ready', () => {
      // Declared before anything can die, or `x-delivery-limit` would have nowhere to move it.
      incoming.queueDeclare(deadQueue(queue)).then(
        () => resolve(),
        (error: unknown) => log.warn({ err: error, queue }, 'broker: cannot declare the queue of dead letters'),
      )
    })
  })
  return {
    bound,
    async stop() {
      stopping.abort()
      await consumer.close().catch(() => {})
      await aside.close()
    },
  }
}

/** Patient, because what another look gave back returns a moment after its channel is closed. */
async function nextDead(channel: Channel, queue: string): Promise<SyncMessage | undefined> {
  for (let tries = 0; tries < 5; tries++) {
    const found = await channel.basicGet({ queue: deadName(queue) })
    if (found) return found
    await pause(100)
  }
  return undefined
}

function attemptOf(delivered: AsyncMessage | SyncMessage): number {
  const attempt = Number(delivered.headers?.[ATTEMPT] ?? 1)
  return Number.isInteger(attempt) && attempt > 0 ? attempt : 1
}

function identity({ messageId }: AsyncMessage | SyncMessage) {
  return { contentType: CONTENT_TYPE, ...(messageId ? { messageId } : {}) }
}

function toBytes(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

function toMessage(body: unknown): Message | null {
  try {
    const value: unknown = Buffer.isBuffer(body) || typeof body === 'string' ? JSON.parse(String(body)) : body
    return isMessage(value) ? value : null
  } catch {
    return null
  }
}

function toDeadLetter(found: SyncMessage): DeadLetter {
  const message = toMessage(found.body)
  const reason = found.headers?.['x-first-death-reason']
  return {
    id: message?.id ?? '',
    type: message?.type ?? '',
    message,
    attempts: attemptOf(found),
    error: String(
      found.headers?.[ERROR] ?? (reason === 'delivery_limit' ? 'Its consumer died each time.' : (reason ?? '')),
    ),
  }
}
