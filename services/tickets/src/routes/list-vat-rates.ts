import { type App, authorize, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { OrganizerParams, presentVatRates, VatRateAnswer } from '../prices/vat-rate.ts'

const Answer = Type.Object({ items: Type.Array(VatRateAnswer) })

/** GET /v1/organizers/:organizerId/vat-rates — the archived ones too. */
export function listVatRates(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers/:organizerId/vat-rates',
    { schema: { operationId: 'listVatRates', params: OrganizerParams, response: { 200: Answer } } },
    async (request) => {
      const { organizerId } = request.params
      const organizerUuid = toUuid('org', organizerId)
      authorize(request, 'selling-terms.write', organizerId)
      return { items: await presentVatRates(ctx.db, organizerUuid) }
    },
  )
}
