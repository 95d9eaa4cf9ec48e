import type { App } from '@guichet/server'
import { Gauge } from 'prom-client'
import type { DeadLetterOptions } from './place.ts'

const EVERY_MS = 15_000

/**
 * `guichet_dead_letters` in the metrics, and an error line whenever there are more than before: also for those that
 * the broker itself set aside, of which no consumer can tell.
 */
export function watchDeadLetters(app: App, { queues, bus }: DeadLetterOptions, everyMs = EVERY_MS): void {
  const gauge = new Gauge({
    name: 'guichet_dead_letters',
    help: 'Messages that a queue gave up on and that wait for a decision.',
    labelNames: ['queue'],
    registers: [app.metrics],
  })
  const known = new Map<string, number>()

  async function look(): Promise<void> {
    const connected = bus()
    if (!connected?.ready()) return
    for (const queue of queues) {
      const count = await connected.deadLetters.count(queue)
      gauge.set({ queue }, count)
      if (count > (known.get(queue) ?? 0)) app.log.error({ queue, count }, 'dead letters wait for a decision')
      known.set(queue, count)
    }
  }

  let looking = Promise.resolve()
  const timer = setInterval(() => {
    looking = looking.then(look).catch((error: unknown) => app.log.debug({ err: error }, 'dead letters not counted'))
  }, everyMs)
  timer.unref()
  app.addHook('onClose', async () => clearInterval(timer))
}
