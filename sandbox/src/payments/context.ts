import type { Config } from './config.ts'
import type { Faults } from './faults.ts'
import type { Entry, Ledger } from './ledger.ts'
import type { Dispatcher } from './webhooks.ts'

export type Context = {
  config: Config
  basePath: string
  ledger: Ledger
  faults: Faults
  webhooks: Dispatcher
  /** Milliseconds since 1970; tests move it. */
  now(): number
  newId(prefix: string): string
  /** Makes one fact true at once in memory; the answer waits until it is also on disk. */
  record(entry: Distribute<Entry>): void
  flushed(): Promise<void>
}

/** An entry before `record` stamps the time on it. */
type Distribute<T> = T extends unknown ? Omit<T, 'at'> : never
