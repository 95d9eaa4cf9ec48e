import type { Context } from './context.ts'
import type { Session, Webhook } from './ledger.ts'
import { planWebhooks } from './webhooks.ts'

export const ACTS = ['pay', 'pay-slowly', 'pay-with-step', 'approve', 'decline', 'abandon'] as const
export type Act = (typeof ACTS)[number]

/**
 * What the buyer chose on the hosted page. Synchronous from check to effect, so that of any number of clicks at the same
 * moment exactly one decides; on a session that is no longer open it does nothing.
 */
export function decide(ctx: Context, session: Session, act: Act): Webhook[] {
  if (session.state !== 'open') return []
  switch (act) {
    case 'pay':
      return charge(ctx, session)
    case 'pay-with-step':
      ctx.record({ type: 'challenged', id: session.id })
      return []
    case 'approve':
      return session.challenged ? charge(ctx, session) : []
    case 'decline': {
      const webhooks = planWebhooks(ctx, 'payment.declined', session, 'declined')
      ctx.record({ type: 'declined', id: session.id, webhooks })
      return webhooks
    }
    case 'abandon':
      ctx.record({ type: 'abandoned', id: session.id, by: 'buyer' })
      return []
    case 'pay-slowly':
      ctx.record({ type: 'processing', id: session.id, settlesAt: ctx.now() + ctx.config.settleSeconds * 1_000 })
      return []
    default:
      return act satisfies never
  }
}

function charge(ctx: Context, session: Session): Webhook[] {
  const webhooks = planWebhooks(ctx, 'payment.succeeded', session, 'succeeded')
  ctx.record({ type: 'charged', id: session.id, chargeId: ctx.newId('chg'), webhooks })
  return webhooks
}

const LOOK_MS = 250

/** Charges slow payments when their time has come, also those that were under way when the process died. */
export function startSettling(ctx: Context): () => void {
  const timer = setInterval(() => {
    const now = ctx.now()
    for (const session of ctx.ledger.processing) {
      if (session.settlesAt !== undefined && session.settlesAt <= now) charge(ctx, session)
    }
  }, LOOK_MS)
  return () => clearInterval(timer)
}
