import { setImmediate } from 'node:timers/promises'
import { Connection, type Envelope, type PublisherProps } from 'rabbitmq-client'
import { v7 as newUuid } from 'uuid'
import type { Outcome } from './bus.ts'

/** A broker that takes longer is blocked or gone; must stay below the relay's time in a transaction (20 s). */
const CONFIRM_TIMEOUT_MS = 10_000

export type Send = (envelope: Envelope, body: Buffer) => Promise<Outcome>

/** A confirming, mandatory publisher that answers with an outcome instead of throwing. */
export function createSender(connection: Connection, topology: PublisherProps): { send: Send; close(): Promise<void> } {
  const publisher = connection.createPublisher({ ...topology, confirm: true })
  const returned = new Set<string>()
  publisher.on('basic.return', ({ correlationId }) => {
    if (correlationId) returned.add(correlationId)
  })
  return {
    async send(envelope, body) {
      // Not connected, or blocked by an alarm: say so at once instead of queueing in memory.
      if (!connection.ready) return 'failed'
      const correlationId = newUuid()
      try {
        const confirmed = publisher.send({ ...envelope, correlationId, mandatory: true, durable: true }, body)
        await within(CONFIRM_TIMEOUT_MS, confirmed)
        // The broker sends basic.return before the confirm, but the client emits it one turn of the loop later.
        await setImmediate()
        return returned.has(correlationId) ? 'unroutable' : 'published'
      } catch {
        return 'failed'
      } finally {
        returned.delete(correlationId)
      }
    },
    close: () => publisher.close().catch(() => {}),
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
    // A dead peer is noticed after two missed beats.
    heartbeat: 10,
    acquireTimeout: 5_000,
    connectionTimeout: 5_000,
    retryLow: 100,
    retryHigh: 3_000,
    noDelay: true,
  })
}
