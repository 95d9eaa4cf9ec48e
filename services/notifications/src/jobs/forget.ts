import { setTimeout as pause } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { countBulkMessage } from '../retention/count-bulk-messages.ts'
import { forgetByAge } from '../retention/forget-by-age.ts'
import { forgetConsents } from '../retention/forget-consents.ts'
import { forgetAnnouncements, forgetDeliveries } from '../retention/forget-deliveries.ts'
import { forEachPage } from '../retention/pages.ts'
import type { Job } from './job.ts'

const EVERY_MS = 12 * 3_600_000

type Step = (ctx: Context, signal: AbortSignal) => Promise<void>

const STEPS: readonly Step[] = [
  async (ctx, signal) => {
    while (!signal.aborted && (await countBulkMessage(ctx)));
    await forEachPage(signal, (after) => forgetDeliveries(ctx, after))
  },
  (ctx, signal) => forEachPage(signal, (after) => forgetAnnouncements(ctx, after)),
  (ctx, signal) => forEachPage(signal, (after) => forgetConsents(ctx, after)),
  async (ctx, signal) => {
    while (!signal.aborted && (await forgetByAge(ctx)));
  },
]

/** Forgets what has been kept for as long as it is of use (docs/retention.md), little by little, twice a day. */
export function startForgetting(ctx: Context): Job {
  const stopping = new AbortController()
  const { signal } = stopping
  const running = (async () => {
    while (!signal.aborted) {
      for (const step of STEPS) {
        await step(ctx, signal).catch((error: unknown) => ctx.log.warn({ err: error }, 'what is old stays for now'))
      }
      await pause(EVERY_MS, undefined, { signal }).catch(() => undefined)
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** Everything that is too old now. Any number of processes may do this. */
export async function forgetAll(ctx: Context): Promise<void> {
  for (const step of STEPS) await step(ctx, new AbortController().signal)
}
