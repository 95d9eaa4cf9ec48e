import { setTimeout as pause } from 'node:timers/promises'

/** From this many deliveries that nobody answered, a message may be what kills its consumers. */
export const SUSPECT_FROM = 3
/** Before each: those that came back together are all here, and what was handled last has been answered. */
const PAUSE_MS = 50

/**
 * Runs suspects one at a time and in no fixed order. When a consumer dies, all that it held come back: one of them is
 * the killer, the others were beside it, and would share its fate if the killer always had its turn first.
 */
export function createSuspects(): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let isBusy = false

  function next(): void {
    const chosen = isBusy ? undefined : waiting.splice(Math.floor(Math.random() * waiting.length), 1)[0]
    if (!chosen) return
    isBusy = true
    chosen()
  }

  return async (work) => {
    const { promise: turn, resolve } = Promise.withResolvers<void>()
    waiting.push(resolve)
    await pause(PAUSE_MS)
    next()
    await turn
    try {
      return await work()
    } finally {
      void pause(PAUSE_MS).then(() => {
        isBusy = false
        next()
      })
    }
  }
}
