import { setTimeout as pause } from 'node:timers/promises'
import { AMQPError, type Connection, ConsumerStatus } from 'rabbitmq-client'
import {
  type Bus,
  type Consumer,
  DEFAULT_PREFETCH,
  type Outcome,
  type Receive,
  retryRule,
  type Subscription,
} from './bus.ts'
import type { Log } from './log.ts'
import type { Message } from './message.ts'
import { createDeadLetters } from './rabbitmq-dead-letters.ts'
import { createMemory } from './rabbitmq-memory.ts'
import { attemptOf, CONTENT_TYPE, identity, isSuspect, toBytes, toMessage } from './rabbitmq-message.ts'
import { connectTo, createSender, readOptions } from './rabbitmq-publisher.ts'
import {
  ATTEMPT,
  asideExchange,
  bindings,
  DIED_AT,
  deadBinding,
  deadQueue,
  declareAside,
  ERROR,
  EXCHANGE,
  ensureExchange,
  mainQueue,
  toDead,
  toRetry,
} from './rabbitmq-topology.ts'

export interface RabbitmqOptions {
  log: Log
  /** Messages on their way without a confirm, at most. Default 500. */
  windowSize?: number | undefined
}

import { createSuspects } from './suspects.ts'

/** The bus on RabbitMQ 3.10 or later. Two connections, because an alarm blocks the one that publishes. */
export function connectRabbitmq(url: string, { log, windowSize }: RabbitmqOptions): Bus {
  const outgoing = connectTo(url, 'guichet-publish')
  const incoming = connectTo(url, 'guichet-consume')
  const { window = windowSize, republishHours } = readOptions(url)
  const memory = createMemory(outgoing, republishHours)
  announce(outgoing, log)
  incoming.on('error', (error) => log.debug({ err: error }, 'broker: consuming connection lost'))
  const prepareExchange = () => ensureExchange(outgoing)
  const sender = createSender(outgoing, { prepare: prepareExchange, ...(window ? { windowSize: window } : {}) })
  // Consumers cannot bind before it is there; after a broker that lost its disk it is not.
  incoming.on('connection', () => {
    ensureExchange(incoming).catch((error) => log.warn({ err: error }, 'broker: cannot declare the exchange'))
  })
  const publish = (message: Message) =>
    sender.send(
      { exchange: EXCHANGE.exchange, routingKey: message.type, messageId: message.id, contentType: CONTENT_TYPE },
      Buffer.from(JSON.stringify(message)),
    )
  const consumers = new Map<string, Consumer>()

  return {
    publish: stopAtFailure(publish),

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

    deadLetters: createDeadLetters(incoming, sender.send),
    memory,

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

/** After one that failed, nothing more is sent until the calls that it shared the wire with have ended: it would overtake. */
function stopAtFailure(send: (message: Message) => Promise<Outcome>): Bus['publish'] {
  let calls = 0
  let hasFailed = false
  const sendOne = async (message: Message) => {
    const outcome = await send(message)
    if (outcome === 'failed') hasFailed = true
    return outcome
  }
  return async (messages) => {
    if (hasFailed) return messages.map((): Outcome => 'failed')
    calls++
    try {
      return await Promise.all(messages.map(sendOne))
    } finally {
      calls--
      if (calls === 0) hasFailed = false
    }
  }
}

function announce(connection: Connection, log: Log): void {
  connection.on('connection', () => log.info({}, 'broker: connected'))
  connection.on('error', (error) => log.warn({ err: error }, 'broker: not connected, trying again'))
  connection.on('connection.blocked', (reason) => log.warn({ reason }, 'broker: takes no messages for now'))
  connection.on('connection.unblocked', () => log.info({}, 'broker: takes messages again'))
}

/** A second each; well before the broker takes a consumer that does not answer for dead (30 min). */
const HOLD_TRIES_MAX = 600

/** RabbitMQ never changes the settings of a queue that is there. */
const OTHER_SETTINGS =
  'the queue is there with the settings of another release, and nothing is taken from it until it is deleted; see docs/runbooks/lost-messages.md'

/** A queue answers at once; one that has lost its leader never does (rabbitmq-server#15725), and the client waits for ever. */
const SILENCE_MS = 30_000
const NO_ANSWER =
  'the queue does not answer, and nothing that goes to it is published until it is deleted; see docs/runbooks/lost-messages.md'

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
  const aside = createSender(outgoing, { prepare: (channel) => declareAside(channel, queue, delaysMs) })
  const stopping = new AbortController()
  const oneAtATime = createSuspects()
  const prefetch = subscription.prefetch ?? DEFAULT_PREFETCH

  const consumer = incoming.createConsumer(
    {
      queue,
      queueOptions: mainQueue(queue),
      exchanges: [asideExchange(queue)],
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
        const work = () => receive(message, { attempt, last, signal: stopping.signal })
        await (isSuspect(delivered) ? oneAtATime(work) : work())
        return ConsumerStatus.ACK
      } catch (error) {
        if (!message) log.error({ queue, messageId: delivered.messageId }, 'a body that is no message is set aside')
        const target = last ? toDead(queue) : toRetry(queue, delayMs(attempt))
        const headers = {
          [ATTEMPT]: last ? attempt : attempt + 1,
          [ERROR]: String(error).slice(0, 1000),
          ...(last ? { [DIED_AT]: String(Date.now()) } : {}),
        }
        const body = toBytes(delivered.body)
        // Nowhere to set it aside while an alarm blocks the broker: kept in hand, because each return to its queue
        // counts towards the delivery limit, and twenty of them would be a dead letter.
        for (let tries = 0; tries < HOLD_TRIES_MAX && !stopping.signal.aborted && incoming.ready; tries++) {
          const outcome = await aside.send({ ...target, headers, ...identity(delivered) }, body)
          if (outcome === 'published') return ConsumerStatus.ACK
          await pause(1_000, undefined, { signal: stopping.signal }).catch(() => {})
        }
        return ConsumerStatus.REQUEUE
      }
    },
  )
  consumer.on('error', (error) => {
    // A lost connection mends itself; a queue that is not as we declare it, or not ours to use, needs a person.
    const code = error instanceof AMQPError ? error.code : ''
    if (code === 'PRECONDITION_FAILED') log.error({ err: error, queue }, `broker: ${OTHER_SETTINGS}`)
    else log[code === 'ACCESS_REFUSED' ? 'error' : 'debug']({ err: error, queue }, 'broker: consumer interrupted')
  })

  let silence: NodeJS.Timeout | undefined
  const hush = () => clearTimeout(silence)
  const listen = () => {
    hush()
    silence = setTimeout(() => incoming.ready && log.error({ queue }, `broker: ${NO_ANSWER}`), SILENCE_MS).unref()
  }
  listen()
  incoming.on('connection', listen)
  consumer.on('error', hush)

  const bound = new Promise<void>((resolve) => {
    consumer.on('ready', () => {
      hush()
      // Declared before anything can die, or `x-delivery-limit` would have nowhere to move it.
      declareDead(incoming, queue).then(resolve, (error: unknown) =>
        log.warn({ err: error, queue }, 'broker: cannot declare the queue of dead letters'),
      )
    })
  })
  return {
    bound,
    async stop() {
      stopping.abort()
      incoming.off('connection', listen)
      hush()
      await consumer.close().catch(() => {})
      await aside.close()
    },
  }
}

async function declareDead(connection: Connection, queue: string): Promise<void> {
  const channel = await connection.acquire()
  try {
    await channel.queueDeclare(deadQueue(queue))
    await channel.queueBind(deadBinding(queue))
  } finally {
    await channel.close()
  }
}
