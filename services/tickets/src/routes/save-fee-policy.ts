import { DomainError } from '@guichet/problem'
import { type App, assertIfMatch, authorize, etag, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { isCurrency } from '../money/currency.ts'
import { changeSellingTerms } from '../prices/change-selling-terms.ts'
import { FeePolicyAnswer, FeePolicyBody, presentFeePolicy } from '../prices/fee-policy.ts'
import { findVatRate } from '../prices/vat-rate.ts'

const Params = Type.Object({ organizerId: Type.String(), currency: Type.String() })

/** PUT /v1/organizers/:organizerId/fee-policies/:currency — for orders to come. The first has the version 0 before it. */
export function saveFeePolicy(app: App, ctx: Context): void {
  app.put(
    '/v1/organizers/:organizerId/fee-policies/:currency',
    {
      schema: {
        operationId: 'saveFeePolicy',
        params: Params,
        body: FeePolicyBody,
        response: { 200: FeePolicyAnswer },
      },
    },
    async (request, reply) => {
      const { organizerId, currency } = request.params
      const organizer_id = toUuid('org', organizerId)
      authorize(request, 'selling-terms.write', organizerId)
      if (!isCurrency(currency)) throw new DomainError('not-found')
      const { paidBy, percentBp, fixedMinor, vatRateId } = request.body
      const saved = await changeSellingTerms(ctx, organizer_id, async (tx) => {
        const current = await tx
          .selectFrom('fee_policy')
          .select(COLUMNS.fee_policy)
          .where('organizer_id', '=', organizer_id)
          .where('currency', '=', currency)
          .executeTakeFirst()
        assertIfMatch(request, current?.version ?? 0)
        const terms = {
          paid_by: paidBy,
          percent_bp: percentBp,
          fixed_minor: fixedMinor,
          vat_rate_id: await findVatRate(tx, organizer_id, vatRateId, current?.vat_rate_id),
          version: (current?.version ?? 0) + 1,
        }
        return tx
          .insertInto('fee_policy')
          .values({ organizer_id, currency, ...terms })
          .onConflict((conflict) => conflict.columns(['organizer_id', 'currency']).doUpdateSet(terms))
          .returning(COLUMNS.fee_policy)
          .executeTakeFirstOrThrow()
      })
      return reply.header('etag', etag(saved.version)).send(presentFeePolicy(saved))
    },
  )
}
