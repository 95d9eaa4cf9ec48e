import type { IncomingMessage, ServerResponse } from 'node:http'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { pino } from 'pino'
import type { Config } from '../config.server.ts'
import { forwardAll } from './proxy.server.ts'

/** What adapter-node's `build/handler.js` exports. */
export type PageHandler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

export interface Web {
  app: FastifyInstance
  start(): Promise<{ url: string }>
  stop(): Promise<void>
}

/** The one public origin: pages, and the way to the services. */
export async function createWeb(config: Config, pages: PageHandler): Promise<Web> {
  const log: FastifyBaseLogger = pino({ level: config.logLevel, base: { service: 'web' } })
  const app: FastifyInstance = Fastify({
    loggerInstance: log,
    // A page's address may hold an order's key: requests are not logged here, faults are.
    logController: new LogController({ disableRequestLogging: true }),
    // Nobody's X-Forwarded-For is believed unless the operator names the proxy: limits by sender hang on it.
    trustProxy: config.trustProxy.length > 0 ? config.trustProxy : false,
    bodyLimit: 6 * 1024 * 1024,
    forceCloseConnections: 'idle',
  })
  app.get('/health/live', async () => ({ status: 'ok' }))
  // Ready means that pages can be shown; a service that is away has its own readiness.
  app.get('/health/ready', async () => ({ status: 'ok' }))
  await forwardAll(app, config)
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    scope.all('/*', (request, reply) => {
      if (isForeign(request.raw))
        return reply.code(403).type('text/plain').send('Requests from other sites are refused.')
      reply.hijack()
      prepare(request.raw, config, request.ip)
      pages(request.raw, reply.raw, () => reply.raw.writeHead(404).end())
    })
  })
  return {
    app,
    start: async () => ({ url: await app.listen({ host: config.host, port: config.port }) }),
    stop: () => app.close(),
  }
}

/** Header that tells adapter-node the scheme which the visitor sees (PROTOCOL_HEADER). */
export const SCHEME_HEADER = 'x-guichet-scheme'
/** Header that tells it the visitor's address (ADDRESS_HEADER). What a visitor writes into either is overwritten. */
export const ADDRESS_HEADER = 'x-guichet-address'

function prepare(request: IncomingMessage, config: Config, address: string): void {
  request.headers[ADDRESS_HEADER] = address
  const scheme = config.publicUrl.startsWith('https:') ? 'https' : 'http'
  request.headers[SCHEME_HEADER] = scheme
  // Pages with secrets send no referrer, which makes browsers call their own origin "null". The same browsers also say,
  // in a header that no page can set, whether the request comes from our origin.
  if (request.headers.origin === 'null' && request.headers['sec-fetch-site'] === 'same-origin') {
    request.headers.origin = `${scheme}://${request.headers.host ?? ''}`
  }
}

/** A state change started by another site's page. SvelteKit checks the `Origin` of forms; this holds for every type. */
function isForeign(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site']
  return request.method !== 'GET' && request.method !== 'HEAD' && (site === 'cross-site' || site === 'same-site')
}
