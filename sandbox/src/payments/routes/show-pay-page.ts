import { Type } from 'typebox'
import { type App, languageOf, sendPage } from '../../server.ts'
import type { Context } from '../context.ts'
import { payPage } from '../pages.ts'
import { formTarget, returnAddress } from '../return-address.ts'
import { findSession } from '../session-answer.ts'

/** GET /pay/:id : the hosted page. Its address is the buyer's key to it. */
export function showPayPage(app: App, ctx: Context): void {
  app.get('/pay/:id', { schema: { params: Type.Object({ id: Type.String() }) } }, (request, reply) => {
    const session = findSession(ctx, request.params.id)
    const page = payPage(session, languageOf(request, session.locale), ctx.basePath, returnAddress(session))
    return sendPage(reply, page, { formTargets: formTarget(session) })
  })
}
