import type { Connection } from 'rabbitmq-client'
import type { BrokerMemory } from './bus.ts'
import { createSender } from './rabbitmq-publisher.ts'
import { asideExchange, markerName, markerQueue, toMarker } from './rabbitmq-topology.ts'

/**
 * The sign is a message, not only its queue: an operator who restores the broker's definitions restores queues, but
 * nothing that was in them.
 */
export function createMemory(connection: Connection, republishHours: number): BrokerMemory {
  let session = 0
  connection.on('connection', () => {
    session++
  })
  return {
    republishHours,
    session: () => session,

    async holds(publisher) {
      const channel = await connection.acquire()
      try {
        const { messageCount } = await channel.queueDeclare({ queue: markerName(publisher), passive: true })
        return messageCount > 0
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'NOT_FOUND') return false
        throw error
      } finally {
        await channel.close()
      }
    },

    async keep(publisher) {
      const sender = createSender(connection, {
        prepare: async (channel) => {
          await channel.exchangeDeclare(asideExchange(publisher))
          const { queue } = await channel.queueDeclare(markerQueue(publisher))
          await channel.queueBind({ queue, ...toMarker(publisher) })
        },
      })
      try {
        const outcome = await sender.send(toMarker(publisher), Buffer.from('The broker has its disk.'))
        if (outcome === 'published') return
        // A queue made within a second of the broker's death comes back without a leader, and takes nothing ever again
        // (rabbitmq-server#15725). There is nothing in it: the next try makes another.
        await remove(connection, markerName(publisher))
        throw new Error(`The broker did not take its marker: ${outcome}`)
      } finally {
        await sender.close()
      }
    },
  }
}

async function remove(connection: Connection, queue: string): Promise<void> {
  const channel = await connection.acquire()
  try {
    await channel.queueDelete(queue)
  } finally {
    await channel.close()
  }
}
