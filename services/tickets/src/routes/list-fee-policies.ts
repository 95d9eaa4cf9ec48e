import { type App, authorize, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { FeePolicyAnswer, presentFeePolicy } from '../prices/fee-policy.ts'
import { OrganizerParams } from '../prices/vat-rate.ts'

const Answer = Type.Object({ items: Type.Array(FeePolicyAnswer) })

/** GET /v1/organizers/:organizerId/fee-policies — one for each currency; without one there is no fee. */
export function listFeePolicies(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers/:organizerId/fee-policies',
    { schema: { operationId: 'listFeePolicies', params: OrganizerParams, response: { 200: Answer } } },
    async (request) => {
      const organizerUuid = toUuid('org', request.params.organizerId)
      authorize(request, 'selling-terms.write', request.params.organizerId)
      const rows = await ctx.db
        .selectFrom('fee_policy')
        .select(COLUMNS.fee_policy)
        .where('organizer_id', '=', organizerUuid)
        .orderBy('currency')
        .execute()
      return { items: rows.map(presentFeePolicy) }
    },
  )
}
