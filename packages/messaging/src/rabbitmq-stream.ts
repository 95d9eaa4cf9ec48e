import type { Log } from './log.ts'
import { connectTo, createSender } from './rabbitmq-publisher.ts'

/** What organizers may hear of: a topic exchange beside ours, whose keys begin with the organizer's id. */
export const PUBLIC_EXCHANGE = { exchange: 'guichet.public', type: 'topic', durable: true }

export interface PublicMessage {
  /** The same on every delivery of the same fact. */
  id: string
  /** `<organizerId>.<type>` */
  routingKey: string
  /** JSON. */
  body: string
}

export interface PublicStream {
  /** One answer per message: whether every queue that is bound to its key has it; true also when none is. Never throws. */
  publish(messages: readonly PublicMessage[]): Promise<boolean[]>
  ready(): boolean
  close(): Promise<void>
}

/** A connection of its own, so that a queue of an organizer that takes nothing delays no fact of ours. */
export function connectPublicStream(url: string, { log }: { log: Log }): PublicStream {
  const connection = connectTo(url, 'guichet-public')
  connection.on('error', (error) => log.debug({ err: error }, 'broker: public stream not connected, trying again'))
  const sender = createSender(connection, {
    prepare: async (channel) => void (await channel.exchangeDeclare(PUBLIC_EXCHANGE)),
  })
  return {
    async publish(messages) {
      const outcomes = await Promise.all(
        messages.map(({ id, routingKey, body }) =>
          sender.send(
            { exchange: PUBLIC_EXCHANGE.exchange, routingKey, messageId: id, contentType: 'application/json' },
            Buffer.from(body),
          ),
        ),
      )
      return outcomes.map((outcome) => outcome !== 'failed')
    },
    ready: () => connection.ready,
    async close() {
      await sender.close()
      await connection.close()
    },
  }
}
