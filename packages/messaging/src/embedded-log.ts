import { Logger } from 'graphile-worker'
import type { Log } from './log.ts'

/** graphile-worker tells of every job; we log the failures ourselves, so all of its own is for debugging. */
export function quietLogger(log: Log): Logger {
  return new Logger(() => (level, text, meta) => {
    const { error } = (meta ?? {}) as { error?: unknown }
    log.debug({ level, ...(error ? { err: error } : {}) }, `graphile-worker: ${text}`)
  })
}
