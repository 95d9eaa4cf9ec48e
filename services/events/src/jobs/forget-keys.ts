import { setTimeout as pause } from 'node:timers/promises'
import { forgetAnswers } from '@guichet/server'
import type { Context } from '../context.ts'

const EVERY_MS = 3_600_000
const AT_ONCE = 1_000
const DAY_MS = 24 * 3_600_000

/** Forgets what was answered to Idempotency-Keys long ago, little by little. Returns how to stop; any number may run. */
export function startForgettingKeys(ctx: Context): () => Promise<void> {
  const stopping = new AbortController()
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await forgetKeys(ctx, stopping.signal).catch((error: unknown) =>
        ctx.log.warn({ err: error }, 'old keys stay for now'),
      )
      await pause(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  })()
  return () => {
    stopping.abort()
    return running
  }
}

/** All that are too old now. */
export async function forgetKeys(ctx: Pick<Context, 'config' | 'db' | 'now'>, signal?: AbortSignal): Promise<void> {
  const before = new Date(ctx.now().getTime() - ctx.config.keepKeysDays * DAY_MS)
  while (!signal?.aborted && (await forgetAnswers(ctx.db, before, AT_ONCE)) === AT_ONCE);
}
