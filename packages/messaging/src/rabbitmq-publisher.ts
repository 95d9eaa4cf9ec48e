import { setImmediate } from 'node:timers/promises'
import { type Channel, Connection, type Envelope } from 'rabbitmq-client'
import { DEFAULT_REPUBLISH_HOURS, type Outcome } from './bus.ts'

/** A broker that takes longer is blocked or gone; must stay below the relay's time in a transaction (20 s). */
const CONFIRM_TIMEOUT_MS = 5_000
/** Messages on their way without a confirm. Quorum queues write to disk in batches: few on the way is slow. */
export const DEFAULT_WINDOW = 500

export type Send = (envelope: Envelope, body: Buffer) => Promise<Outcome>

export interface SenderOptions {
  /** Declares what the sender needs, on its channel, at each new connection. */
  prepare?: (channel: Channel) => Promise<void>
  /** Messages on their way at most; the others wait in turn. */
  windowSize?: number
}

/**
 * A confirming, mandatory publisher on a channel of its own, which answers with an outcome instead of throwing. What
 * is sent at the same time leaves in the order of the calls, and the broker keeps it; after one that failed, all that
 * have no confirm yet fail too, so that nothing overtakes it.
 */
export function createSender(
  connection: Connection,
  { prepare, windowSize = DEFAULT_WINDOW }: SenderOptions = {},
): { send: Send; close(): Promise<void> } {
  let opening: Promise<Channel> | undefined
  let closed = false
  /** Rises when the channel is given up, so that those who wait for room do not wait for another one to fail. */
  let generation = 0
  let sequence = 0
  const returned = new Set<string>()
  const room = createRoom(windowSize)

  async function open(): Promise<Channel> {
    const channel = await connection.acquire()
    channel.on('basic.return', ({ correlationId }: { correlationId?: string }) => {
      if (correlationId) returned.add(correlationId)
    })
    await prepare?.(channel)
    await channel.confirmSelect()
    return channel
  }

  function currentChannel(): Promise<Channel> {
    if (opening) return opening
    const mine = open()
    opening = mine
    mine.then(
      (channel) => channel.once('close', () => giveUp(mine)),
      () => giveUp(mine),
    )
    return mine
  }

  function giveUp(abandoned: Promise<Channel> | undefined): void {
    if (!abandoned || opening !== abandoned) return
    opening = undefined
    generation++
    abandoned.then((channel) => channel.close()).catch(() => {})
  }

  return {
    async send(envelope, body) {
      // Not connected, or blocked by an alarm: say so at once instead of queueing in memory.
      if (closed || !connection.ready) return 'failed'
      const queuedAt = generation
      if (!room.enter()) await room.turn()
      const correlationId = String(++sequence)
      const using = queuedAt === generation && connection.ready && !closed ? currentChannel() : undefined
      try {
        if (!using) return 'failed'
        const channel = await using
        const confirmed = channel.basicPublish({ ...envelope, correlationId, mandatory: true, durable: true }, body)
        await within(CONFIRM_TIMEOUT_MS, confirmed)
      } catch {
        giveUp(using)
        return 'failed'
      } finally {
        room.leave()
      }
      // The broker sends basic.return before the confirm, but the client emits it one turn of the loop later.
      await setImmediate()
      return returned.delete(correlationId) ? 'unroutable' : 'published'
    },
    async close() {
      closed = true
      await opening?.then((channel) => channel.close()).catch(() => {})
    },
  }
}

/** At most `size` inside; the others wait in the order in which they came, and one who leaves gives its place to the first. */
function createRoom(size: number) {
  const waiting: (() => void)[] = []
  let first = 0
  let inside = 0
  return {
    /** False when one must wait for one's turn. */
    enter(): boolean {
      if (inside >= size) return false
      inside++
      return true
    },
    turn: () => new Promise<void>((resolve) => waiting.push(resolve)),
    leave(): void {
      const next = waiting[first]
      if (!next) {
        inside--
        return
      }
      first++
      if (first === waiting.length) waiting.length = first = 0
      next()
    },
  }
}

async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${milliseconds} ms`)), milliseconds)
  })
  try {
    return await Promise.race([promise, timeout])
  } finally {
    clearTimeout(timer)
  }
}

/** Connection settings from `amqp://user:password@host1:5672,host2:5672/vhost`: the hosts are tried in turn. */
export function connectTo(url: string, connectionName: string): Connection {
  const [, scheme, login = '', hosts = '', rest = ''] = /^(amqps?):\/\/(?:([^@/]*)@)?([^/?]+)(.*)$/.exec(url) ?? []
  if (!scheme) throw new Error('A broker URL must be like amqp://user:password@host:5672')
  const list = hosts.split(',')
  return new Connection({
    url: `${scheme}://${login && `${login}@`}${list[0]}${rest}`,
    hosts: list,
    connectionName,
    // The client gives a peer up after four to five silent halves of this: 14 to 18 s.
    heartbeat: 7,
    acquireTimeout: 5_000,
    connectionTimeout: 5_000,
    retryLow: 100,
    retryHigh: 3_000,
    noDelay: true,
  })
}

/** What an operator may say in the query of a broker's URL: `?window=1000&republish_hours=48`. */
export function readOptions(url: string): { window: number | undefined; republishHours: number } {
  const query = new URLSearchParams(url.split('?')[1])
  const read = (name: string, most: number) => {
    const value = query.get(name)
    if (value === null) return undefined
    const number = Number(value)
    if (!Number.isInteger(number) || number < 1 || number > most) {
      throw new Error(`${name} in the URL of the broker must be a number from 1 to ${most}`)
    }
    return number
  }
  return { window: read('window', 10_000), republishHours: read('republish_hours', 168) ?? DEFAULT_REPUBLISH_HOURS }
}
