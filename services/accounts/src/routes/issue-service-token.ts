import { createHash, timingSafeEqual } from 'node:crypto'
import formbody from '@fastify/formbody'
import type { App } from '@guichet/server'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { issueServiceToken, SERVICES } from '../sessions/access-tokens.ts'

const Body = Type.Object(
  {
    grant_type: Type.Optional(Type.String()),
    resource: Type.Optional(Type.String()),
    scope: Type.Optional(Type.String()),
  },
  { additionalProperties: true },
)
const Answer = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer(),
})
/** RFC 6749 §5.2 prescribes its own errors; they are no problem documents. */
const Refusal = Type.Object({ error: Type.String(), error_description: Type.String() })

/** POST /oauth/token, client credentials only (RFC 6749 §4.4, RFC 8707 for the audience). */
export function issueServiceTokenRoute(app: App, ctx: Context): void {
  // A scope of its own: elsewhere a form, which any site can send, stays an unknown content type.
  app.register(async (scope) => {
    await scope.register(formbody)
    ;(scope as unknown as App).post(
      '/oauth/token',
      {
        attachValidation: true,
        schema: {
          operationId: 'issueServiceToken',
          consumes: ['application/x-www-form-urlencoded'],
          body: Body,
          response: { 200: Answer, 400: Refusal, 401: Refusal },
        },
      },
      async (request, reply) => {
        const refuse = (status: 400 | 401, error: string, error_description: string) =>
          refused(reply, status, { error, error_description })
        if (request.validationError) return refuse(400, 'invalid_request', 'Send each parameter once, as a form.')
        const clientId = authenticateClient(ctx, request.headers.authorization)
        if (clientId === undefined) return refuse(401, 'invalid_client', 'Authenticate by client_secret_basic.')
        const { grant_type, resource } = request.body
        if (grant_type === undefined) return refuse(400, 'invalid_request', 'grant_type is missing.')
        if (grant_type !== 'client_credentials')
          return refuse(400, 'unsupported_grant_type', 'Only client_credentials is supported.')
        const audience = SERVICES.find((service) => service === resource)
        if (audience === undefined) return refuse(400, 'invalid_target', `resource is one of ${SERVICES.join(', ')}.`)
        const { token, expiresInSeconds } = await issueServiceToken(ctx, clientId, audience)
        return reply.send({ access_token: token, token_type: 'Bearer' as const, expires_in: expiresInSeconds })
      },
    )
  })
}

function refused(reply: FastifyReply, status: 400 | 401, body: { error: string; error_description: string }) {
  if (status === 401) reply.header('www-authenticate', 'Basic realm="Guichet"')
  return reply.code(status).send(body)
}

/** The client that the Basic credentials (RFC 6749 §2.3.1) belong to, or undefined. */
function authenticateClient(ctx: Context, header: string | undefined): string | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const [id = '', ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  const expected = ctx.clientSecretHashes.get(id)
  const matches = (text: string) =>
    expected !== undefined && timingSafeEqual(expected, createHash('sha256').update(text).digest())
  // The RFC has the secret form-encoded; many clients send it as it is.
  return matches(secret.join(':')) || matches(formDecoded(secret.join(':'))) ? id : undefined
}

function formDecoded(text: string): string {
  try {
    return text.includes('%') ? decodeURIComponent(text) : text
  } catch {
    return text
  }
}
