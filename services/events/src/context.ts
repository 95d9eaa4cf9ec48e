import type { createLog, ServiceClient } from '@guichet/server'
import type { Config } from './config.ts'
import type { EventsDb } from './db.ts'
import type { PictureFetcher } from './images/fetch-picture.ts'

/** What routes and consumers may use. Time comes from here, so that tests can move it. */
export interface Context {
  config: Config
  db: EventsDb
  log: ReturnType<typeof createLog>
  now: () => Date
  pictures: PictureFetcher
  /** Calls to the tickets service. */
  tickets: ServiceClient
}
