import { DomainError } from '@guichet/problem'
import { type App, authorize, etag, idempotently, newUuid, toUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import type { Tx } from '../db.ts'
import { checkUrl } from '../webhooks/check-url.ts'
import { CreateEndpointBody, EndpointAnswer, OrganizerParams, presentEndpoint } from '../webhooks/endpoint-schema.ts'
import { firstSecret } from '../webhooks/secrets.ts'
import { ENDPOINT_COLUMNS } from '../webhooks/tables.ts'

const ENDPOINTS_MAX = 20

/** POST /v1/organizers/{organizerId}/webhook-endpoints: gets what happens from now on, signed with a secret of its own. */
export function createWebhookEndpoint(app: App, ctx: Context): void {
  app.post(
    '/v1/organizers/:organizerId/webhook-endpoints',
    {
      schema: {
        operationId: 'createWebhookEndpoint',
        summary: 'Have public events posted to an address',
        params: OrganizerParams,
        body: CreateEndpointBody,
        response: { 201: EndpointAnswer },
      },
    },
    async (request, reply) => {
      const { organizerId } = request.params
      const { userId } = authorize(request, 'webhook.write', organizerId)
      const { description = '', types = null } = request.body
      const url = await checkUrl(ctx, request.body.url)
      const key = { id: newUuid(), organizer_id: toUuid('org', organizerId) }
      const scope = `${userId} ${organizerId}:createWebhookEndpoint`
      const { body } = await idempotently(ctx.db, request, reply, scope, async (tx) => {
        await assertRoom(tx, key.organizer_id)
        const row = await tx
          .insertInto('webhook_endpoint')
          .values({
            ...key,
            url,
            description,
            types: types as string[] | null,
            secrets: firstSecret(ctx.webhooks.sealing, key),
            enabled: true,
            created_at: ctx.now(),
          })
          .returning(ENDPOINT_COLUMNS)
          .executeTakeFirstOrThrow()
        return { status: 201, body: presentEndpoint(row) }
      })
      return reply.code(201).header('etag', etag(body.version)).send(body)
    },
  )
}

async function assertRoom(tx: Tx, organizerId: string): Promise<void> {
  const rows = await tx.selectFrom('webhook_endpoint').select('id').where('organizer_id', '=', organizerId).execute()
  if (rows.length >= ENDPOINTS_MAX) throw new DomainError('too-many-webhook-endpoints', { max: ENDPOINTS_MAX })
}
