import { type App, authorize, decodeCursor, encodeCursor, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { PageQuery } from '../orders/order-schema.ts'
import { OrganizerParams } from '../payment-accounts/account-schema.ts'
import { presentRun, RunAnswer } from '../reconciliation/present.ts'

const Answer = Type.Object({ items: Type.Array(RunAnswer), nextCursor: Type.Union([Type.String(), Type.Null()]) })

/** GET /v1/organizers/:organizerId/reconciliation-runs — when the books were compared, latest first. */
export function listReconciliationRuns(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers/:organizerId/reconciliation-runs',
    {
      schema: {
        operationId: 'listReconciliationRuns',
        params: OrganizerParams,
        querystring: Type.Object(PageQuery),
        response: { 200: Answer },
      },
    },
    async (request) => {
      const organizerUuid = toUuid('org', request.params.organizerId)
      authorize(request, 'ledger.read', request.params.organizerId)
      const { cursor, limit = 50 } = request.query
      let query = ctx.db
        .selectFrom('reconciliation_run')
        .select(COLUMNS.reconciliation_run)
        .where('organizer_id', '=', organizerUuid)
      if (cursor) query = query.where('id', '<', toUuid('rec', String(decodeCursor(cursor, 1)[0])))
      const rows = await query
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute()
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      return {
        items: page.map(presentRun),
        nextCursor: rows.length > limit && last ? encodeCursor([toId('rec', last.id)]) : null,
      }
    },
  )
}
