import { inTransaction, sql } from '@guichet/database'
import { type App, assertIfMatch, etag } from '@guichet/server'
import type { Context } from '../context.ts'
import { checkUrl } from '../webhooks/check-url.ts'
import { EndpointAnswer, EndpointParams, presentEndpoint, UpdateEndpointBody } from '../webhooks/endpoint-schema.ts'
import { findEndpoint, lockEndpoint } from '../webhooks/find-endpoint.ts'
import { ENDPOINT_COLUMNS } from '../webhooks/tables.ts'
import { turnOff } from '../webhooks/turn-off.ts'

/** PATCH /v1/webhook-endpoints/{endpointId}: what is named replaces what was. Turned on, it gets what happens from then on. */
export function updateWebhookEndpoint(app: App, ctx: Context): void {
  app.patch(
    '/v1/webhook-endpoints/:endpointId',
    {
      schema: {
        operationId: 'updateWebhookEndpoint',
        summary: 'Change an endpoint, turn it off or on',
        params: EndpointParams,
        body: UpdateEndpointBody,
        response: { 200: EndpointAnswer },
      },
    },
    async (request, reply) => {
      const { id } = await findEndpoint(ctx.db, request, request.params.endpointId)
      const { enabled, url: given, description, types } = request.body
      const url = given === undefined ? undefined : await checkUrl(ctx, given)
      const row = await inTransaction(ctx.db, async (tx) => {
        const current = await lockEndpoint(tx, id)
        assertIfMatch(request, current.version)
        if (enabled === false && current.enabled) await turnOff(tx, id, 'by-hand', ctx.now())
        return tx
          .updateTable('webhook_endpoint')
          .set({
            ...(url === undefined ? {} : { url }),
            ...(description === undefined ? {} : { description }),
            ...(types === undefined ? {} : { types: types as string[] | null }),
            // Turned on again, or somewhere else: what was, counts no more.
            ...(enabled === true && !current.enabled
              ? { enabled, disabled_reason: null, disabled_at: null, owners_due_at: null }
              : {}),
            ...((enabled === true && !current.enabled) || (url !== undefined && url !== current.url)
              ? { failing_since: null }
              : {}),
            version: sql<number>`${current.version}::int + 1`,
          })
          .where('id', '=', id)
          .returning(ENDPOINT_COLUMNS)
          .executeTakeFirstOrThrow()
      })
      return reply.header('etag', etag(row.version)).send(presentEndpoint(row))
    },
  )
}
