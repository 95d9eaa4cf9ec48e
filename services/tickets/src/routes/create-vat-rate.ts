import { type App, authorize, etag, newUuid, toUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { changeSellingTerms } from '../prices/change-selling-terms.ts'
import { CreateVatRateBody, OrganizerParams, presentVatRates, savePeriods, VatRateAnswer } from '../prices/vat-rate.ts'

/** POST /v1/organizers/:organizerId/vat-rates — a rate, and how high it is from when on. */
export function createVatRate(app: App, ctx: Context): void {
  app.post(
    '/v1/organizers/:organizerId/vat-rates',
    {
      schema: {
        operationId: 'createVatRate',
        params: OrganizerParams,
        body: CreateVatRateBody,
        response: { 201: VatRateAnswer },
      },
    },
    async (request, reply) => {
      const organizer_id = toUuid('org', request.params.organizerId)
      authorize(request, 'selling-terms.write', request.params.organizerId)
      const id = newUuid()
      const { name, periods } = request.body
      const made = await changeSellingTerms(ctx, organizer_id, async (tx, created_at) => {
        await tx.insertInto('vat_rate').values({ organizer_id, id, name: name.trim(), created_at }).execute()
        await savePeriods(tx, { organizer_id, id }, periods)
        const [rate] = await presentVatRates(tx, organizer_id, id)
        if (!rate) throw new Error('A rate just made is there')
        return rate
      })
      return reply.code(201).header('etag', etag(made.version)).send(made)
    },
  )
}
