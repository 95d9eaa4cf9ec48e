import { type App, authorize, decodeCursor, encodeCursor, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { PageQuery } from '../orders/order-schema.ts'
import { OrganizerParams } from '../payment-accounts/account-schema.ts'
import { DifferenceAnswer, presentDifference } from '../reconciliation/present.ts'

const Answer = Type.Object({
  items: Type.Array(DifferenceAnswer),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
})
const Query = Type.Object({
  ...PageQuery,
  state: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('repaired'), Type.Literal('gone')])),
})

/** GET /v1/organizers/:organizerId/reconciliation-differences — what does not agree, and what did not; latest first. */
export function listReconciliationDifferences(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers/:organizerId/reconciliation-differences',
    {
      schema: {
        operationId: 'listReconciliationDifferences',
        params: OrganizerParams,
        querystring: Query,
        response: { 200: Answer },
      },
    },
    async (request) => {
      const organizerUuid = toUuid('org', request.params.organizerId)
      authorize(request, 'ledger.read', request.params.organizerId)
      const { cursor, limit = 50, state } = request.query
      let query = ctx.db
        .selectFrom('reconciliation_difference')
        .select(COLUMNS.reconciliation_difference)
        .where('organizer_id', '=', organizerUuid)
      if (state) query = query.where('state', '=', state)
      if (cursor) query = query.where('id', '<', toUuid('dif', String(decodeCursor(cursor, 1)[0])))
      const rows = await query
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute()
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      return {
        items: page.map(presentDifference),
        nextCursor: rows.length > limit && last ? encodeCursor([toId('dif', last.id)]) : null,
      }
    },
  )
}
