import httpProxy from '@fastify/http-proxy'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Config, serviceNames } from '../config.server.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Forwards `/api/<service>/…` to the services and `/inbox`, `/sandbox/…` to the outside world of a laptop. The browser's
 * cookies stay here: the API takes bearer tokens only, so that no page elsewhere can act with a visitor's session.
 */
export async function forwardAll(app: FastifyInstance, config: Config): Promise<void> {
  for (const service of serviceNames) {
    await forward(app, `/api/${service}`, config.services[service], { refuseCrossSite: true })
  }
  await forward(app, '/.well-known', config.services.accounts, { refuseCrossSite: true, rewritePrefix: '/.well-known' })
  const { inbox, payments, sms } = config.sandbox
  if (inbox) await forward(app, '/inbox', inbox)
  if (payments) await forward(app, '/sandbox/payments', payments)
  if (sms) await forward(app, '/sandbox/sms', sms)
}

interface ForwardOptions {
  refuseCrossSite?: boolean
  rewritePrefix?: string
}

async function forward(app: FastifyInstance, prefix: string, upstream: string, options: ForwardOptions = {}) {
  await app.register(httpProxy, {
    upstream,
    prefix,
    disableRequestLogging: true,
    rewritePrefix: options.rewritePrefix ?? '/',
    undici: { connections: 64, pipelining: 1, headersTimeout: 15_000, bodyTimeout: 60_000 },
    preHandler: (request, reply, done) => {
      if (isPrivate(request)) problem(reply, 404, 'not-found', 'Nothing was found here.')
      else if (options.refuseCrossSite && isCrossSite(request)) {
        problem(reply, 403, 'cross-site', 'Requests from other sites are refused.')
      } else if (request.url.startsWith(`${prefix}?`)) {
        // Stripped, this would be a query without a path.
        reply.redirect(request.url.replace(prefix, `${prefix}/`), 308)
      } else done()
    },
    replyOptions: {
      rewriteRequestHeaders: (request, headers) => {
        const { cookie: _ours, ...rest } = headers
        return {
          ...rest,
          'x-forwarded-for': request.ip,
          'x-forwarded-host': request.host,
          'x-forwarded-prefix': prefix,
        }
      },
      rewriteHeaders: ({ 'set-cookie': _theirs, ...headers }) => headers,
      onError: (reply) => {
        reply.header('retry-after', '5')
        problem(reply as unknown as FastifyReply, 503, 'unavailable', 'This is not available right now.')
      },
    },
  })
}

/** Service-to-service routes and metrics are for the inner network only. */
function isPrivate(request: FastifyRequest): boolean {
  // As the service will be asked: dot segments and backslashes are resolved on the way there.
  let path = URL.parse(request.url, 'http://gateway')?.pathname ?? ''
  try {
    path = decodeURIComponent(path)
  } catch {
    // An undecodable path is refused by the service.
  }
  return /^\/+api\/+[a-z]+\/+(metrics|v\d+\/+internal)(\/|$)/i.test(path)
}

/** A state change that another site's page started (Fetch Metadata); clients that are no browser send no such header. */
function isCrossSite(request: FastifyRequest): boolean {
  if (SAFE.has(request.method)) return false
  const site = request.headers['sec-fetch-site']
  return site !== undefined && site !== 'same-origin' && site !== 'none'
}

function problem(reply: FastifyReply, status: number, code: string, title: string): void {
  reply
    .code(status)
    .type('application/problem+json')
    .send({ type: `urn:guichet:problem:${code}`, title, status, code, instance: `urn:uuid:${crypto.randomUUID()}` })
}
