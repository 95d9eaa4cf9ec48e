import { randomUUID } from 'node:crypto'
import type { Bus, Consumer, Message, Outcome, Receive, Subscription } from '@guichet/messaging'

export interface TestBus extends Bus {
  /** Every message the service has published, oldest first. */
  published: Message[]
  /** Published messages of one type. */
  publishedOf(type: string): Message[]
  /** What `publish` answers from now on; `failed` is a broker that is away. */
  answer: Outcome
  /**
   * Runs what the service has subscribed for the type, inbox and all, and rejects with the handler's error: there are
   * no retries here. Fills in what is missing of the envelope; pass the same `id` twice to deliver twice.
   */
  deliver(message: Pick<Message, 'type' | 'data'> & Partial<Message>): Promise<Message>
}

/** The bus of a test of one service: the same port, in this process, nothing stored. */
export function testBus(): TestBus {
  const consumers = new Map<string, { subscription: Subscription; receive: Receive }>()
  const published: Message[] = []
  return {
    published,
    publishedOf: (type) => published.filter((message) => message.type === type),
    answer: 'published',

    async publish(messages) {
      if (this.answer === 'published') published.push(...messages)
      return messages.map(() => this.answer)
    },

    consume(subscription, receive): Consumer {
      consumers.set(subscription.queue, { subscription, receive })
      return {
        bound: Promise.resolve(),
        async stop() {
          consumers.delete(subscription.queue)
        },
      }
    },

    async deliver(partial) {
      const message: Message = {
        specversion: '1.0',
        id: randomUUID(),
        source: partial.type.split('.')[0] ?? 'test',
        subject: 'test',
        time: new Date().toISOString(),
        datacontenttype: 'application/json',
        ...partial,
      }
      const interested = [...consumers.values()].filter(({ subscription }) => subscription.types.includes(message.type))
      if (interested.length === 0) throw new Error(`Nothing here consumes ${message.type}`)
      for (const { receive } of interested) {
        await receive(structuredClone(message), { attempt: 1, last: true, signal: new AbortController().signal })
      }
      return message
    },

    deadLetters: {
      count: async () => 0,
      list: async () => [],
      find: async () => undefined,
      replay: async () => 0,
      mend: async () => false,
      discard: async () => 0,
    },
    memory: { republishHours: 24, session: () => 1, holds: async () => true, keep: async () => {} },
    ready: () => true,
    close: async () => consumers.clear(),
  }
}
