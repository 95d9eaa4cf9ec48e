import { Type } from 'typebox'
import { oneOf } from '../../one-of.ts'
import type { App } from '../../server.ts'
import type { Context } from '../context.ts'
import { underFault } from '../faults.ts'
import { returnAddress } from '../return-address.ts'
import { findSession, payUrl } from '../session-answer.ts'
import { ACTS, decide } from '../settlement.ts'

const params = Type.Object({ id: Type.String() })
const body = Type.Object({ act: oneOf(ACTS) }, { additionalProperties: false })

/** POST /pay/:id : does what the buyer chose, then sends the buyer back. A second click only goes back. */
export function actOnPayPage(app: App, ctx: Context): void {
  app.post('/pay/:id', { schema: { params, body } }, async (request, reply) => {
    const session = findSession(ctx, request.params.id)
    const outcome = await underFault(ctx, 'pay', request, reply, async (declined) => {
      const webhooks = decide(ctx, session, declined ? 'decline' : request.body.act)
      if (ctx.faults.webhooks === 'before-response') await ctx.webhooks.deliverNow(webhooks)
      return 'decided' as const
    })
    if (outcome !== 'decided') return outcome
    const undecided = session.state === 'open' && session.challenged
    return reply.redirect(undecided ? payUrl(ctx, session) : returnAddress(session), 303)
  })
}
