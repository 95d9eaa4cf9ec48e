import { setTimeout as pause } from 'node:timers/promises'
import type { Connection } from 'rabbitmq-client'
import type { BrokerMemory } from './bus.ts'
import { createSender } from './rabbitmq-publisher.ts'
import { asideExchange, markerName, markerQueue, toMarker } from './rabbitmq-topology.ts'

/** A queue that has no leader yet, just after a start, says that it is empty. */
const LOOKS = 4
const LOOK_AGAIN_MS = 1_000

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
      for (let look = 1; look <= LOOKS; look++) {
        const count = await messagesIn(connection, markerName(publisher))
        if (count !== 0) return count !== undefined
        if (look < LOOKS) await pause(LOOK_AGAIN_MS)
      }
      return false
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
        // It was confirmed too late, or is another process's.
        if (await messagesIn(connection, markerName(publisher))) return
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

/** Undefined where there is no such queue. */
async function messagesIn(connection: Connection, queue: string): Promise<number | undefined> {
  const channel = await connection.acquire()
  try {
    const { messageCount } = await channel.queueDeclare({ queue, passive: true })
    return messageCount
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'NOT_FOUND') return undefined
    throw error
  } finally {
    await channel.close()
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
