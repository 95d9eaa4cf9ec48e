import { setTimeout as pause } from 'node:timers/promises'
import type { Registry } from 'prom-client'
import { createAlarm } from './alarm.ts'
import { onOutboxWritten } from './outbox.ts'
import { observeOutbox } from './outbox-metrics.ts'
import { isAnythingDue, purgeOutbox } from './outbox-rows.ts'
import { type PassOptions, relayOnce, type Sent } from './relay-pass.ts'
import { requestRepublish } from './republish.ts'

export interface RelayOptions<S> extends Omit<PassOptions<S>, 'onSent' | 'waitForMore' | 'isStopping'> {
  /** Longest pause between looks at the outbox when nothing wakes the relay. Default 500. */
  pollMs?: number | undefined
  /** Gets the outbox's gauges and counters: a service's `app.metrics`. */
  metrics?: Registry | undefined
}

export interface Relay {
  /** Look now: call it after a commit that wrote to the outbox without `addToOutbox`. */
  wake(): void
  /** What has been published, found no queue, and was not confirmed since the process started. */
  counts(): Readonly<Sent>
  /** Finishes the pages in work. */
  stop(): Promise<void>
}

/** First look after a hint; the hint comes before the commit, so the pause doubles from here until there is a row. */
const EAGER_MS = 5
/** A pass ends when it has waited about this long in vain. */
const LINGER_MS = 40
const PURGE_EVERY_MS = 3_600_000

/**
 * Sends the outbox to the bus, at least once, for as long as it runs. Any number of processes may run one: they take
 * turns. While the broker is away the rows wait; nothing else notices. A broker that lost everything gets it again.
 */
export function startRelay<S>(options: RelayOptions<S>): Relay {
  const { db, bus, log, source, pollMs = 500 } = options
  const counts: Sent = { published: 0, unroutable: 0, failed: 0 }
  let stopped = false
  let waitMs = EAGER_MS
  /** Somebody here has written, so there is no need to look first whether there is anything. */
  let isTold = false
  /** The session of the bus in which its memory was last looked at. */
  let met: number | undefined
  const alarm = createAlarm()
  const wake = () => {
    waitMs = EAGER_MS
    isTold = true
    alarm.ring()
  }
  const observe = options.metrics && observeOutbox(options.metrics, db)
  const onSent = (sent: Sent) => {
    observe?.(sent)
    counts.published += sent.published
    counts.unroutable += sent.unroutable
    counts.failed += sent.failed
  }

  /** Before anything is sent to a broker that we have not met: does it know us? Several processes may ask; it is harmless. */
  async function meet(): Promise<void> {
    const session = bus.memory.session()
    if (met === session) return
    if (!(await bus.memory.holds(source))) {
      const since = new Date(Date.now() - bus.memory.republishHours * 3_600_000)
      const count = await requestRepublish(db, 'the broker has lost everything', since)
      if (count > 0) log.warn({ count, since }, 'relay: the broker has lost everything; sending again what it had')
      await bus.memory.keep(source)
    }
    met = session
  }

  /** Soon, not at once: a burst of writers is one page, and the commit is still on its way. */
  async function rest(): Promise<void> {
    await alarm.wait(waitMs)
    waitMs = Math.min(waitMs * 2, pollMs)
    if (!stopped) await pause(EAGER_MS)
  }

  /** While facts keep coming, one pass takes them all: the next needs a read, and no new turn at the lock. */
  async function waitForMore(): Promise<boolean> {
    if (waitMs > LINGER_MS) return false
    await rest()
    return !stopped
  }

  async function pass(): Promise<number> {
    if (!bus.ready()) return 0
    try {
      await meet()
      const mayBeDue = isTold || (await isAnythingDue(db))
      isTold = false
      return mayBeDue ? await relayOnce({ ...options, onSent, waitForMore, isStopping: () => stopped }) : 0
    } catch (error) {
      log.warn({ err: error }, 'relay: cannot go on for now, trying again')
      return 0
    }
  }

  const forget = onOutboxWritten(wake)
  const passes = (async () => {
    while (!stopped) {
      if ((await pass()) === 0) await rest()
    }
  })()
  const purge = () => purgeOutbox(db).catch((error) => log.warn({ err: error }, 'relay: the outbox was not purged'))
  const purger = setInterval(purge, PURGE_EVERY_MS)
  purger.unref()

  return {
    wake,
    counts: () => ({ ...counts }),
    async stop() {
      stopped = true
      forget()
      clearInterval(purger)
      alarm.ring()
      await passes
    },
  }
}
