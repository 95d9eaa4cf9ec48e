import { DomainError } from '@guichet/problem'
import { type App, authorize, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS, type DifferenceRow } from '../db.ts'
import { EmptyBody } from '../orders/order-schema.ts'
import { KINDS } from '../reconciliation/kinds.ts'
import { DifferenceAnswer, presentDifference } from '../reconciliation/present.ts'
import { repairDifference } from '../reconciliation/repair-difference.ts'

/**
 * POST /v1/reconciliation-differences/:differenceId/repair — sets it right and looks again: `repaired`, or still `open` with
 * `lastError`. Repeated, it has no second effect, so it needs no key.
 */
export function repairDifferenceRoute(app: App, ctx: Context): void {
  app.post(
    '/v1/reconciliation-differences/:differenceId/repair',
    {
      schema: {
        operationId: 'repairDifference',
        params: Type.Object({ differenceId: Type.String() }),
        body: EmptyBody,
        response: { 200: DifferenceAnswer },
      },
    },
    async (request) => {
      const id = toUuid('dif', request.params.differenceId)
      const row = await find(ctx, id)
      if (!row) throw new DomainError('not-found')
      const { userId } = authorize(request, 'reconciliation.write', toId('org', row.organizer_id))
      if (!KINDS[row.kind].repairable) throw new DomainError('difference-not-repairable')
      if (row.state === 'open') await repairDifference(ctx, row, toUuid('usr', userId))
      return presentDifference((await find(ctx, id)) ?? row)
    },
  )
}

async function find(ctx: Context, id: string): Promise<DifferenceRow | undefined> {
  return ctx.db
    .selectFrom('reconciliation_difference')
    .select(COLUMNS.reconciliation_difference)
    .where('id', '=', id)
    .executeTakeFirst()
}
