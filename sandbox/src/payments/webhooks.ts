import { Webhook as Signer } from 'standardwebhooks'
import type { Context } from './context.ts'
import type { PendingWebhook, Session, SessionState, Webhook } from './ledger.ts'

type WebhookType = 'payment.succeeded' | 'payment.declined' | 'payment.refunded'

const IN_FLIGHT_MAX = 32
const TIMEOUT_MS = 10_000
const BACK_OFF_MS_MAX = 5 * 60_000
const GIVE_UP_AFTER_MS = 4 * 24 * 60 * 60_000
/** Looking at least this often lets a moved clock (a test, a laptop that slept) be noticed. */
const LOOK_MS_MAX = 1_000

/**
 * The webhooks that an act causes, bent as the test ordered. Made with the act, so that they share its journal entry.
 * `data` is the session as a lookup would answer it, so for a refund too `amountMinor` is what was charged.
 */
export function planWebhooks(ctx: Context, type: WebhookType, session: Session, state: SessionState): Webhook[] {
  const { faults } = ctx
  const now = ctx.now()
  const wrongCurrency = session.currency === 'USD' ? 'EUR' : 'USD'
  const data = {
    id: session.id,
    reference: session.reference,
    amountMinor: faults.webhooks === 'wrong-amount' ? session.amountMinor + 1 : session.amountMinor,
    currency: faults.webhooks === 'wrong-currency' ? wrongCurrency : session.currency,
    state,
  }
  const id = ctx.newId('msg')
  const copies = faults.webhooks === 'duplicate' ? faults.copies : 1
  return Array.from(
    { length: copies },
    (): Webhook => ({
      delivery: ctx.newId('dlv'),
      id,
      url: session.webhookUrl,
      body: JSON.stringify({ type, data }),
      createdAt: now,
      notBefore: faults.webhooks === 'delay' ? now + faults.delaySeconds * 1_000 : now,
      ...(faults.webhooks === 'drop' && { dropped: true }),
    }),
  )
}

/** Delivers what the ledger holds as pending, each until it is answered 2xx, with back-off, for four days. */
export function createDispatcher(ctx: Omit<Context, 'webhooks'>) {
  const signer = new Signer(ctx.config.webhookSecret)
  const inFlight = new Map<string, Promise<void>>()
  const stopped = new AbortController()
  let timer: NodeJS.Timeout | undefined

  function look(): void {
    clearTimeout(timer)
    if (stopped.signal.aborted) return
    let wait = LOOK_MS_MAX
    for (const webhook of ctx.ledger.pending.values()) {
      if (inFlight.size >= IN_FLIGHT_MAX) break
      if (inFlight.has(webhook.delivery)) continue
      const due = webhook.nextAt - ctx.now()
      if (due <= 0) start(webhook)
      else wait = Math.min(wait, due)
    }
    if (ctx.ledger.pending.size > 0) timer = setTimeout(look, wait)
  }

  function start(webhook: PendingWebhook): Promise<void> {
    const running = attempt(webhook).finally(() => {
      inFlight.delete(webhook.delivery)
      look()
    })
    inFlight.set(webhook.delivery, running)
    return running
  }

  async function attempt(webhook: PendingWebhook): Promise<void> {
    // The receiver must not learn of a charge that a crash could still undo.
    await ctx.flushed()
    const reason = await post(webhook)
    if (stopped.signal.aborted) return
    const { delivery } = webhook
    if (typeof reason === 'number') ctx.record({ type: 'webhook-delivered', delivery, status: reason })
    else if (ctx.now() - webhook.createdAt > GIVE_UP_AFTER_MS)
      ctx.record({ type: 'webhook-given-up', delivery, reason })
    else {
      const backOff = Math.min(1_000 * 2 ** webhook.attempts, BACK_OFF_MS_MAX)
      ctx.record({ type: 'webhook-failed', delivery, reason, nextAt: ctx.now() + backOff })
    }
  }

  /** Answers the 2xx status, or the reason why this attempt does not count. */
  async function post(webhook: PendingWebhook): Promise<number | string> {
    const sentAt = new Date(ctx.now())
    try {
      const response = await fetch(webhook.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': webhook.id,
          'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
          'webhook-signature': signer.sign(webhook.id, sentAt, webhook.body),
        },
        body: webhook.body,
        redirect: 'manual',
        signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      })
      await response.body?.cancel()
      return response.ok ? response.status : `answered ${response.status}`
    } catch (error) {
      return error instanceof Error ? String(error.cause ?? error.message) : 'failed'
    }
  }

  return {
    look,
    /** Tries these at once and waits for the first answers: for a test that wants the webhook to overtake the response. */
    async deliverNow(webhooks: readonly Webhook[]): Promise<void> {
      const queued = webhooks.flatMap((webhook) => ctx.ledger.pending.get(webhook.delivery) ?? [])
      await Promise.all(queued.map((webhook) => inFlight.get(webhook.delivery) ?? start(webhook)))
    },
    async stop(): Promise<void> {
      stopped.abort()
      clearTimeout(timer)
      await Promise.allSettled(inFlight.values())
    },
  }
}

export type Dispatcher = ReturnType<typeof createDispatcher>
