import { Type } from 'typebox'
import { Problem } from '../../problem.ts'
import type { App } from '../../server.ts'
import type { Context } from '../context.ts'
import { underFault } from '../faults.ts'
import { once } from '../idempotency.ts'
import { refundedMinor, type Session, type Webhook } from '../ledger.ts'
import { findSession } from '../session-answer.ts'
import { planWebhooks } from '../webhooks.ts'

const params = Type.Object({ id: Type.String() })
const body = Type.Object(
  { amountMinor: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) },
  { additionalProperties: false },
)

/** POST /v1/payment-sessions/:id/refunds */
export function refundSession(app: App, ctx: Context): void {
  app.post('/v1/payment-sessions/:id/refunds', { schema: { params, body } }, (request, reply) => {
    const session = findSession(ctx, request.params.id)
    const { amountMinor } = request.body
    return underFault(ctx, 'refund', request, reply, async (declined) => {
      let webhooks: Webhook[] = []
      const id = once(ctx.ledger, `refund ${session.id}`, request, (keyed) => {
        if (declined) throw new Problem(409, 'refund-declined', 'The bank refused this refund.')
        refuseUnlessRefundable(session, amountMinor)
        const refundId = ctx.newId('ref')
        webhooks = planWebhooks(ctx, 'payment.refunded', session, session.state)
        ctx.record({ type: 'refunded', id: session.id, refundId, amountMinor, webhooks, ...keyed })
        return refundId
      })
      if (ctx.faults.webhooks === 'before-response') await ctx.webhooks.deliverNow(webhooks)
      reply.code(201)
      return { id, sessionId: session.id, amountMinor, state: 'succeeded' }
    })
  })
}

function refuseUnlessRefundable(session: Session, amountMinor: number): void {
  if (session.state !== 'succeeded') {
    throw new Problem(409, 'not-charged', 'Only a payment that succeeded can be refunded.', { state: session.state })
  }
  const refundableMinor = session.amountMinor - refundedMinor(session)
  if (amountMinor > refundableMinor) {
    const facts = { refundableMinor, currency: session.currency }
    throw new Problem(409, 'refund-exceeds-charge', 'The refund is more than what is left of the charge.', facts)
  }
}
