import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Channel, Connection, SyncMessage } from 'rabbitmq-client'
import { DEFAULT_PAGE, type DeadLetter, type DeadLetters, isSelected, RAW_MAX } from './dead-letter.ts'
import { attemptOf, CONTENT_TYPE, identity, toBytes, toMessage } from './rabbitmq-message.ts'
import type { Send } from './rabbitmq-publisher.ts'
import { DIED_AT, deadName, deadQueue, declareMain, ERROR, toAgain } from './rabbitmq-topology.ts'

/** How many letters one look takes out of the queue; those behind are seen when these are dealt with. */
const LOOK_MAX = 5_000

interface Found {
  letter: DeadLetter
  delivered: SyncMessage
}

/**
 * Dead letters in `<queue>.dead`. A queue has no index: a look takes everything out, and what it does not answer
 * returns when its channel closes. Looks of one process wait for one another, or each would see a part.
 */
export function createDeadLetters(connection: Connection, send: Send): DeadLetters {
  let turn: Promise<unknown> = Promise.resolve()

  async function look<T>(queue: string, work: (found: Found[], channel: Channel) => Promise<T>): Promise<T> {
    const mine = turn.then(async () => {
      const channel = await connection.acquire()
      try {
        await channel.queueDeclare(deadQueue(queue))
        return await work(await takeOut(channel, queue), channel)
      } finally {
        await channel.close() // unanswered: the broker puts all of them back
      }
    })
    turn = mine.catch(() => {})
    return mine
  }

  /** Sends what `toSend` makes of each letter to its queue, takes it out when that is confirmed. */
  async function putBack(queue: string, found: Found[], channel: Channel, body?: Buffer): Promise<number> {
    if (found.length > 0) await declareMain(channel, queue)
    let done = 0
    for (const { letter, delivered } of found) {
      const properties = letter.id ? { messageId: letter.id, contentType: CONTENT_TYPE } : identity(delivered)
      const outcome = await send({ ...toAgain(queue), ...properties }, body ?? toBytes(delivered.body))
      if (outcome !== 'published') throw new Error(`Replay stopped after ${done} messages: ${outcome}`)
      channel.basicAck({ deliveryTag: delivered.deliveryTag })
      done++
    }
    return done
  }

  return {
    async count(queue) {
      const channel = await connection.acquire()
      try {
        const { messageCount } = await channel.queueDeclare(deadQueue(queue))
        return messageCount
      } finally {
        await channel.close()
      }
    },

    list: (queue, { limit = DEFAULT_PAGE, after } = {}) =>
      look(queue, async (found) => {
        const letters = new Map(found.map(({ letter }) => [letter.key, letter]))
        return [...letters.values()].filter((letter) => !after || compare(letter, after) > 0).slice(0, limit)
      }),

    find: (queue, key) => look(queue, async (found) => found.find(({ letter }) => letter.key === key)?.letter),

    replay: (queue, selection) =>
      look(queue, (found, channel) => {
        const chosen = found.filter(({ letter }) => isSelected(selection, letter.key))
        return putBack(queue, chosen, channel)
      }),

    mend: (queue, key, message) =>
      look(queue, async (found, channel) => {
        const [first, ...copies] = found.filter(({ letter }) => letter.key === key)
        if (!first) return false
        const mended = { ...first, letter: { ...first.letter, id: message.id } }
        await putBack(queue, [mended], channel, Buffer.from(JSON.stringify(message)))
        for (const { delivered } of copies) channel.basicAck({ deliveryTag: delivered.deliveryTag })
        return true
      }),

    discard: (queue, selection) =>
      look(queue, async (found, channel) => {
        const chosen = found.filter(({ letter }) => isSelected(selection, letter.key))
        for (const { delivered } of chosen) channel.basicAck({ deliveryTag: delivered.deliveryTag })
        return chosen.length
      }),
  }
}

/** Everything there is, oldest first. */
async function takeOut(channel: Channel, queue: string): Promise<Found[]> {
  const found: Found[] = []
  while (found.length < LOOK_MAX) {
    const delivered = await nextDead(channel, queue)
    if (!delivered) break
    found.push({ letter: toDeadLetter(delivered), delivered })
  }
  return found.sort((a, b) => compare(a.letter, b.letter))
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

function compare(a: Pick<DeadLetter, 'diedAt' | 'key'>, b: Pick<DeadLetter, 'diedAt' | 'key'>): number {
  return a.diedAt.localeCompare(b.diedAt) || a.key.localeCompare(b.key)
}

function toDeadLetter(found: SyncMessage): DeadLetter {
  const message = toMessage(found.body)
  const body = toBytes(found.body)
  const reason = found.headers?.['x-first-death-reason']
  return {
    key: message?.id ?? createHash('sha256').update(body).digest('hex').slice(0, 32),
    id: message?.id ?? '',
    type: message?.type ?? '',
    message,
    raw: message ? null : body.toString('utf8').slice(0, RAW_MAX),
    attempts: attemptOf(found),
    error: String(
      found.headers?.[ERROR] ?? (reason === 'delivery_limit' ? 'Its consumer died each time.' : (reason ?? '')),
    ),
    diedAt: diedAt(found).toISOString(),
  }
}

/** By our own consumer's header, or by the broker's when the delivery limit ended it. */
function diedAt({ headers }: SyncMessage): Date {
  const own = Number(headers?.[DIED_AT])
  if (Number.isSafeInteger(own)) return new Date(own)
  const deaths: unknown = headers?.['x-death']
  const time: unknown = Array.isArray(deaths) ? deaths[0]?.time : undefined
  return typeof time === 'number' ? new Date(time * 1000) : time instanceof Date ? time : new Date(0)
}
