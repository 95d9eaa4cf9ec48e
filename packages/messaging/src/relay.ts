import type { Db } from '@guichet/database'
import type { Bus } from './bus.ts'
import type { Log } from './log.ts'

export interface RelayOptions<S> {
  db: Db<S>
  bus: Bus
  log: Log
  /** The service's name: `source` of its messages. */
  source: string
  /** Rows per round, published together. Default 200. */
  batchSize?: number | undefined
  /** Longest pause between looks at the outbox when nothing wakes the relay. Default 500. */
  pollMs?: number | undefined
}

export interface Relay {
  /** Look now: call it after a commit that wrote to the outbox without `addToOutbox`. */
  wake(): void
  /** Finishes the round in work. */
  stop(): Promise<void>
}

/** Sends the outbox to the bus, at least once, for as long as it runs. Any number of processes may run one. */
export function startRelay<S>(_options: RelayOptions<S>): Relay {
  throw new Error('not yet')
}
