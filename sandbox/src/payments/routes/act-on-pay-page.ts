import { Type } from 'typebox'
import type { App } from '../../server.ts'
import type { Context } from '../context.ts'
import { underFault } from '../faults.ts'
import { returnAddress } from '../return-address.ts'
import { findSession } from '../session-answer.ts'
import { decide } from '../settlement.ts'

const params = Type.Object({ id: Type.String() })
const body = Type.Object(
  { act: Type.Enum(['pay', 'pay-slowly', 'decline', 'abandon']) },
  { additionalProperties: false },
)

/** POST /pay/:id : does what the buyer chose, then sends the buyer back. A second click only goes back. */
export function actOnPayPage(app: App, ctx: Context): void {
  app.post('/pay/:id', { schema: { params, body } }, async (request, reply) => {
    const session = findSession(ctx, request.params.id)
    const outcome = await underFault(ctx, 'pay', request, reply, async (declined) => {
      const webhooks = decide(ctx, session, declined ? 'decline' : request.body.act)
      if (ctx.faults.webhooks === 'before-response') await ctx.webhooks.deliverNow(webhooks)
      return 'decided' as const
    })
    return outcome === 'decided' ? reply.redirect(returnAddress(session), 303) : outcome
  })
}
