import { setTimeout as pause } from 'node:timers/promises'
import { signWebhook } from '@guichet/server/webhook-signature'
import type { Context } from '../context.ts'
import { claimWebhooks, type WebhookClaim } from '../webhooks/claim.ts'
import { postWebhook } from '../webhooks/post.ts'
import { bodyOf } from '../webhooks/public-events.ts'
import { recordAnswer } from '../webhooks/record.ts'
import { secretsInForce } from '../webhooks/secrets.ts'
import type { Job } from './job.ts'

const IDLE_MS = 250
const DATABASE_AWAY_MS = 1_000
/** Waiting for an answer costs next to nothing. */
const AT_ONCE_MAX = 64
/** Of those, what may wait for endpoints that did not take the last one: all of them dead, half the places are still free. */
const FAILING_AT_ONCE_MAX = AT_ONCE_MAX / 2
const PER_ENDPOINT = 4

/** Posts what is due for as long as it runs; any number of processes may. */
export function startSendingWebhooks(ctx: Context): Job {
  const stopping = new AbortController()
  const stopped = new Promise<void>((resolve) =>
    stopping.signal.addEventListener('abort', () => resolve(), { once: true }),
  )
  const running = new Set<Promise<void>>()
  const underWay = new Map<string, number>()
  let failingUnderWay = 0

  function begin(claim: WebhookClaim): void {
    const { id, failing } = claim.endpoint
    underWay.set(id, (underWay.get(id) ?? 0) + 1)
    if (failing) failingUnderWay += 1
    const ended: Promise<void> = sendOne(ctx, claim)
      // The lease ends by itself, and another try finds out what is wrong.
      .catch((error: unknown) => ctx.log.error({ err: error }, 'the outcome of a webhook could not be recorded'))
      .finally(() => {
        running.delete(ended)
        const left = (underWay.get(id) ?? 1) - 1
        if (left === 0) underWay.delete(id)
        else underWay.set(id, left)
        if (failing) failingUnderWay -= 1
      })
    running.add(ended)
  }

  async function round(): Promise<void> {
    const take = (failing: boolean, limit: number) =>
      claimWebhooks(ctx.db, {
        ...{ now: ctx.now(), limit, failing, underWay, perEndpoint: failing ? 1 : PER_ENDPOINT },
      })
    const healthy = await take(false, AT_ONCE_MAX - running.size)
    for (const claim of healthy) begin(claim)
    const failing = await take(true, Math.min(AT_ONCE_MAX - running.size, FAILING_AT_ONCE_MAX - failingUnderWay))
    for (const claim of failing) begin(claim)
    if (healthy.length + failing.length > 0 && running.size < AT_ONCE_MAX) return
    const idle = pause(IDLE_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    await Promise.race([stopped, idle, ...running])
  }

  const rounds = (async () => {
    while (!stopping.signal.aborted) {
      await round().catch(async (error: unknown) => {
        ctx.log.warn({ err: error }, 'no webhook can be claimed, trying again')
        await pause(DATABASE_AWAY_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
      })
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await rounds
      await Promise.all(running)
    },
  }
}

async function sendOne(ctx: Context, claim: WebhookClaim): Promise<void> {
  const sentAt = ctx.now()
  const body = bodyOf(claim.event)
  const secrets = secretsInForce(ctx.webhooks.sealing, claim.endpoint, sentAt).map(({ secret }) => secret)
  const began = performance.now()
  const answer = await postWebhook(
    ctx.webhooks.hosts,
    claim.endpoint.url,
    signWebhook(claim.event.id, sentAt, body, secrets),
    body,
  )
  await recordAnswer(ctx, claim, answer, sentAt, Math.round(performance.now() - began))
}
