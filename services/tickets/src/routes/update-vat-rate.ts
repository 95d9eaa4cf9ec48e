import { sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, assertIfMatch, authorize, etag, toId, toUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { changeSellingTerms } from '../prices/change-selling-terms.ts'
import { presentVatRates, savePeriods, UpdateVatRateBody, VatRateAnswer, VatRateParams } from '../prices/vat-rate.ts'

/** PATCH /v1/vat-rates/:vatRateId — for orders to come; `periods` replaces those that there are. */
export function updateVatRate(app: App, ctx: Context): void {
  app.patch(
    '/v1/vat-rates/:vatRateId',
    {
      schema: {
        operationId: 'updateVatRate',
        params: VatRateParams,
        body: UpdateVatRateBody,
        response: { 200: VatRateAnswer },
      },
    },
    async (request, reply) => {
      const id = toUuid('vat', request.params.vatRateId)
      const known = await ctx.db.selectFrom('vat_rate').select('organizer_id').where('id', '=', id).executeTakeFirst()
      if (!known) throw new DomainError('not-found')
      const { organizer_id } = known
      authorize(request, 'selling-terms.write', toId('org', organizer_id))
      const { name, archived, periods } = request.body
      const changed = await changeSellingTerms(ctx, organizer_id, async (tx) => {
        const [current] = await presentVatRates(tx, organizer_id, id)
        if (!current) throw new DomainError('not-found')
        assertIfMatch(request, current.version)
        if (periods) await savePeriods(tx, { organizer_id, id }, periods)
        await tx
          .updateTable('vat_rate')
          .set({
            ...(name === undefined ? {} : { name: name.trim() }),
            ...(archived === undefined ? {} : { archived }),
            version: sql<number>`version + 1`,
          })
          .where('organizer_id', '=', organizer_id)
          .where('id', '=', id)
          .execute()
        const [rate] = await presentVatRates(tx, organizer_id, id)
        return rate ?? current
      })
      return reply.header('etag', etag(changed.version)).send(changed)
    },
  )
}
