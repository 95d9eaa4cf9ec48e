import { type App, authorize, idempotently, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { OrganizerParams } from '../payment-accounts/account-schema.ts'
import { presentRun, RunAnswer } from '../reconciliation/present.ts'
import { requestRun } from '../reconciliation/runs.ts'

const Body = Type.Object({
  since: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'Compares payments with their providers that were settled since; default: three days ago.',
    }),
  ),
})

/** POST /v1/organizers/:organizerId/reconciliation-runs — compares the books now; while one waits or runs, it is the answer. */
export function startReconciliation(app: App, ctx: Context): void {
  app.post(
    '/v1/organizers/:organizerId/reconciliation-runs',
    {
      schema: {
        operationId: 'startReconciliation',
        params: OrganizerParams,
        body: Body,
        response: { 202: RunAnswer },
      },
    },
    async (request, reply) => {
      const { organizerId } = request.params
      const { userId } = authorize(request, 'reconciliation.write', organizerId)
      const organizer = toUuid('org', organizerId)
      const { body } = await idempotently(ctx.db, request, reply, `${userId}:startReconciliation`, async (tx) => {
        const run = await requestRun(
          { ...ctx, db: tx },
          {
            organizerId: organizer,
            trigger: 'member',
            repair: false,
            requestedBy: toUuid('usr', userId),
            since: request.body.since === undefined ? undefined : new Date(request.body.since),
          },
        )
        return { status: 202, body: presentRun(run) }
      })
      return reply.code(202).send(body)
    },
  )
}
