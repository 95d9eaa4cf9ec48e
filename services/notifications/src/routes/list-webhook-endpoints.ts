import { type App, authorize, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { EndpointAnswer, OrganizerParams, presentEndpoint } from '../webhooks/endpoint-schema.ts'
import { ENDPOINT_COLUMNS } from '../webhooks/tables.ts'

const response = { 200: Type.Object({ items: Type.Array(EndpointAnswer) }) }

/** GET /v1/organizers/{organizerId}/webhook-endpoints: all of them, in the order in which they were made. */
export function listWebhookEndpoints(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers/:organizerId/webhook-endpoints',
    {
      schema: {
        operationId: 'listWebhookEndpoints',
        summary: 'List where events are posted',
        params: OrganizerParams,
        response,
      },
    },
    async (request) => {
      const { organizerId } = request.params
      authorize(request, 'webhook.write', organizerId)
      const rows = await ctx.db
        .selectFrom('webhook_endpoint')
        .select(ENDPOINT_COLUMNS)
        .where('organizer_id', '=', toUuid('org', organizerId))
        .orderBy('id')
        .execute()
      return { items: rows.map(presentEndpoint) }
    },
  )
}
