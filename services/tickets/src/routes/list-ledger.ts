import { type App, authorize, decodeCursor, encodeCursor, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { findTransactions, LedgerFilter } from '../ledger/find-transactions.ts'
import { presentTransaction, TransactionAnswer } from '../ledger/present-transaction.ts'
import { PageQuery } from '../orders/order-schema.ts'
import { OrganizerParams } from '../payment-accounts/account-schema.ts'

const Answer = Type.Object({
  items: Type.Array(TransactionAnswer),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
})

/** GET /v1/organizers/:organizerId/ledger — every movement of money, latest first. */
export function listLedger(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers/:organizerId/ledger',
    {
      schema: {
        operationId: 'listLedger',
        params: OrganizerParams,
        querystring: Type.Object({ ...PageQuery, ...LedgerFilter }),
        response: { 200: Answer },
      },
    },
    async (request) => {
      const organizerUuid = toUuid('org', request.params.organizerId)
      authorize(request, 'ledger.read', request.params.organizerId)
      const { cursor, limit = 50, ...filter } = request.query
      const [occurredAt, sourceId, kind] = cursor ? decodeCursor(cursor, 3).map(String) : []
      const after = occurredAt && sourceId && kind ? { occurredAt, sourceId, kind } : undefined
      const rows = await findTransactions(ctx.db, organizerUuid, filter, limit + 1, after)
      const page = rows.slice(0, limit)
      const last = page.at(-1)?.position
      return {
        items: page.map(presentTransaction),
        nextCursor: rows.length > limit && last ? encodeCursor([last.occurredAt, last.sourceId, last.kind]) : null,
      }
    },
  )
}
