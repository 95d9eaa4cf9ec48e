import { setTimeout as pause } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { claimDeliveries } from '../deliveries/claim-deliveries.ts'
import { sendDelivery } from '../deliveries/send-delivery.ts'
import type { Job } from './job.ts'

const IDLE_MS = 250
const DATABASE_AWAY_MS = 1_000
const STOPPING_MS_MAX = 5_000

/**
 * Sends what is due, `sendersMax` at once, for as long as it runs. A message that takes long holds one place, not the
 * others. Any number of processes may do this.
 */
export function startSending(ctx: Context): Job {
  const stopping = new AbortController()
  const underWay = new Set<Promise<void>>()

  const wait = (milliseconds: number) =>
    pause(milliseconds, undefined, { signal: stopping.signal }).catch(() => undefined)

  function begin(work: Promise<void>): void {
    const ended = work
      // The lease ends by itself and another try finds out what is wrong; nothing is lost by a lost outcome.
      .catch((error: unknown) => ctx.log.error({ err: error }, 'the outcome could not be recorded'))
      .finally(() => underWay.delete(ended))
    underWay.add(ended)
  }

  async function round(): Promise<void> {
    const places = ctx.config.sendersMax + ctx.slowDomains.spare()
    const claims = await claimDeliveries(ctx.db, {
      now: ctx.now(),
      leaseSeconds: ctx.config.leaseSeconds,
      limit: places - underWay.size,
      away: ctx.outages.present(),
      fullDomains: ctx.slowDomains.full(),
    })
    for (const claim of claims) begin(sendDelivery(ctx, claim))
    if (underWay.size >= places || claims.length === 0) await Promise.race([wait(IDLE_MS), ...underWay])
  }

  const running = (async () => {
    while (!stopping.signal.aborted) {
      await round().catch(async (error: unknown) => {
        ctx.log.warn({ err: error }, 'nothing can be claimed, trying again')
        await wait(DATABASE_AWAY_MS)
      })
    }
  })()

  return {
    async stop() {
      stopping.abort()
      await running
      // What a stalled mail server holds is left to its lease: a stop takes ten seconds at most.
      await Promise.race([Promise.all(underWay), pause(STOPPING_MS_MAX, undefined, { ref: false })])
    },
  }
}
