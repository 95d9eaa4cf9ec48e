import { DomainError } from '@guichet/problem'
import { type App, toUuid, userOf } from '@guichet/server'
import type { Context } from '../context.ts'
import { PendingEmailView, REFUSALS } from '../contract.ts'
import { findPendingChange } from '../users/email-change.ts'

/** GET /v1/users/me/email-change. The address that waits to be confirmed; `not-found` when none does. */
export function getEmailChangeRoute(app: App, ctx: Context): void {
  app.get(
    '/v1/users/me/email-change',
    { schema: { operationId: 'getEmailChange', response: { 200: PendingEmailView, ...REFUSALS } } },
    async (request) => {
      const pending = await findPendingChange(ctx.db, toUuid('usr', userOf(request).userId), ctx.now())
      if (!pending) throw new DomainError('not-found')
      return pending
    },
  )
}
