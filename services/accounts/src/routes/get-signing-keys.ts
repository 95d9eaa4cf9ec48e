import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'

const Key = Type.Object({
  kty: Type.Literal('EC'),
  crv: Type.Literal('P-256'),
  x: Type.String(),
  y: Type.String(),
  kid: Type.String(),
  alg: Type.Literal('ES256'),
  use: Type.Literal('sig'),
})

/** GET /.well-known/jwks.json (RFC 7517): the current key, the next one, and those just retired. */
export function getSigningKeysRoute(app: App, ctx: Context): void {
  app.get(
    '/.well-known/jwks.json',
    { schema: { operationId: 'getSigningKeys', response: { 200: Type.Object({ keys: Type.Array(Key) }) } } },
    async (_request, reply) => {
      reply.header('cache-control', 'public, max-age=300')
      // The schema lets only public members out.
      return reply.send(ctx.keyring.jwks() as never)
    },
  )
}
