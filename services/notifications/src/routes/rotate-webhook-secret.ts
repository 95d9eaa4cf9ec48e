import { type App, etag, idempotently } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { EndpointAnswer, EndpointParams, presentEndpoint } from '../webhooks/endpoint-schema.ts'
import { findEndpoint, lockEndpoint } from '../webhooks/find-endpoint.ts'
import { rotated } from '../webhooks/secrets.ts'
import { ENDPOINT_COLUMNS } from '../webhooks/tables.ts'

const Body = Type.Object({
  oldValidForHours: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 168, default: 24, description: 'How long both sign; 0: the old one leaked.' }),
  ),
})

/** POST /v1/webhook-endpoints/{endpointId}/secret-rotations: a new secret; the old one signs too for some hours. */
export function rotateWebhookSecret(app: App, ctx: Context): void {
  app.post(
    '/v1/webhook-endpoints/:endpointId/secret-rotations',
    {
      schema: {
        operationId: 'rotateWebhookSecret',
        summary: 'Replace the secret',
        params: EndpointParams,
        body: Body,
        response: { 201: EndpointAnswer },
      },
    },
    async (request, reply) => {
      const { id } = await findEndpoint(ctx.db, request, request.params.endpointId)
      const { oldValidForHours = 24 } = request.body
      const scope = `${id}:rotateWebhookSecret`
      const { body } = await idempotently(ctx.db, request, reply, scope, async (tx) => {
        const current = await lockEndpoint(tx, id)
        const now = ctx.now()
        const until = new Date(now.getTime() + oldValidForHours * 3_600_000)
        const row = await tx
          .updateTable('webhook_endpoint')
          .set({ secrets: rotated(ctx.webhooks.sealing, current, now, until), version: current.version + 1 })
          .where('id', '=', id)
          .returning(ENDPOINT_COLUMNS)
          .executeTakeFirstOrThrow()
        return { status: 201, body: presentEndpoint(row) }
      })
      return reply.code(201).header('etag', etag(body.version)).send(body)
    },
  )
}
