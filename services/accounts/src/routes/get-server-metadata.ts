import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'

const Metadata = Type.Object({
  issuer: Type.String(),
  token_endpoint: Type.String(),
  jwks_uri: Type.String(),
  response_types_supported: Type.Array(Type.String()),
  grant_types_supported: Type.Array(Type.String()),
  token_endpoint_auth_methods_supported: Type.Array(Type.String()),
})

/** GET /.well-known/oauth-authorization-server (RFC 8414 §2). */
export function getServerMetadataRoute(app: App, ctx: Context): void {
  const base = `${ctx.config.publicUrl}/api/accounts`
  app.get(
    '/.well-known/oauth-authorization-server',
    { schema: { operationId: 'getServerMetadata', response: { 200: Metadata } } },
    async () => ({
      issuer: ctx.config.publicUrl,
      token_endpoint: `${base}/oauth/token`,
      jwks_uri: `${base}/.well-known/jwks.json`,
      response_types_supported: [],
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
    }),
  )
}
