import { randomUUID } from 'node:crypto'
import fastifySwagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { DomainError, type ProblemTable, toProblem } from '@guichet/problem'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { type AccessTable, assertRule, type Principal, type RouteRule } from './access.ts'
import { drainBeforeClose } from './drain.ts'
import { toDomainError } from './errors.ts'
import { languageOf } from './language.ts'
import { assertCleanText, closed, validatorCompiler } from './validation.ts'
import type { Verify } from './verifier.ts'

export * from './access.ts'
export * from './csv.ts'
export * from './cursor.ts'
export * from './etag.ts'
export * from './idempotency.ts'
export * from './ids.ts'
export * from './language.ts'
export * from './log.ts'
export * from './process.ts'
export * from './rate-limits.ts'
export * from './sealing.ts'
export * from './service-client.ts'
export * from './settings.ts'
export * from './token-cutoffs.ts'
export * from './verifier.ts'

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal
  }
  interface FastifyInstance {
    access: AccessTable
    /** Behind `/metrics`: a part of a service registers its own here. */
    metrics: Registry
  }
  interface FastifyContextConfig {
    rule?: RouteRule
  }
}

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression<RawServerDefault>,
  RawReplyDefaultExpression<RawServerDefault>,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

export interface ServerOptions {
  /** The service's name: `tickets`. */
  service: string
  version: string
  /** What the service is for, in its OpenAPI document. */
  description?: string
  problems: ProblemTable
  access: AccessTable
  verifier: Verify
  /** Throws when the service cannot do its work (its database is away, say). Each check by name. */
  ready: Record<string, () => Promise<void>>
  log: FastifyBaseLogger
  /** Bytes of a body at most. */
  bodyLimit?: number
  /** Addresses of reverse proxies whose X-Forwarded-For is believed. */
  trustProxy?: string | string[]
}

const OWN_ROUTES = new Set(['/health/live', '/health/ready', '/metrics', '/openapi.json'])

/** Headers of every answer of an API: nothing here is a page (OWASP secure headers; ASVS 5.0 V3.4). */
const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const

/**
 * The HTTP server of a service: strict TypeBox validation, problem documents, the access table at the door, health,
 * metrics and OpenAPI 3.1. A route without an operationId or without a row in the access table stops the start.
 */
export function createServer(options: ServerOptions): App {
  const answerProblem = problemHandler(options.problems)
  const app = Fastify({
    loggerInstance: options.log,
    bodyLimit: options.bodyLimit ?? 256 * 1024,
    trustProxy: options.trustProxy ?? 'loopback',
    genReqId: () => randomUUID(),
    // A logger of its own for each request costs as much as a tenth of an order; what is logged names the request instead.
    childLoggerFactory: (logger) => logger,
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: 200 },
    // While it drains, it serves.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    frameworkErrors: answerProblem,
  }).withTypeProvider<TypeBoxTypeProvider>()

  app.decorate('access', options.access)
  app.decorateRequest('principal', undefined as never)
  // Text would let a cross-site form reach a handler without a preflight.
  app.removeContentTypeParser('text/plain')
  app.setValidatorCompiler(validatorCompiler)
  describe(app, options)
  guard(app, options.verifier)
  app.setErrorHandler(answerProblem)
  observe(app, options)
  drainBeforeClose(app)
  app.setNotFoundHandler(() => {
    throw new DomainError('not-found')
  })
  return app
}

function describe(app: App, options: ServerOptions): void {
  const options31: FastifyDynamicSwaggerOptions = {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: `Guichet ${options.service}`,
        version: options.version,
        description: options.description ?? '',
        license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      servers: [{ url: `/api/${options.service}` }],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    hideUntagged: false,
    exposeHeadRoutes: false,
  }
  // Called and not registered: a plugin starts later, and would miss every route that is added before then.
  fastifySwagger(app as unknown as FastifyInstance, options31, () => undefined)
  app.addHook('onRoute', (route) => {
    // The HEAD that Fastify adds to a GET comes by here too: the same rule stands at both doors.
    if (OWN_ROUTES.has(route.url)) return
    const operationId = route.schema?.operationId
    if (!operationId) throw new Error(`${String(route.method)} ${route.url} has no operationId`)
    const rule = options.access.routes[operationId]
    if (rule === undefined) throw new Error(`${operationId} has no row in the access table`)
    route.config = { ...route.config, rule }
    route.schema = {
      ...route.schema,
      ...(route.schema?.body ? { body: closed(route.schema.body, true) } : {}),
      ...(rule === 'public' ? {} : { security: rule === 'secret' ? [{}, { bearer: [] }] : [{ bearer: [] }] }),
    }
  })
}

/** Who is calling, and may they knock on this route at all? Runs before the body is read. */
function guard(app: App, verify: Verify): void {
  // Without promises where there is nothing to wait for: these run for every request, however many there are.
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(SECURITY_HEADERS)
    request.principal = { kind: 'anonymous' }
    const rule = request.routeOptions.config.rule
    if (rule === undefined) return void done() // health, metrics, OpenAPI, and what does not exist
    // A browser tells when another site sends the request (Fetch Metadata); nothing good comes of those.
    if (request.method !== 'GET' && request.headers['sec-fetch-site'] === 'cross-site')
      return void done(new DomainError('cross-site'))
    const { authorization } = request.headers
    if (authorization === undefined) return void admit(rule, request, done)
    const match = /^Bearer ([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(authorization)
    if (match?.[1]) {
      verify(match[1]).then(
        (principal) => {
          request.principal = principal
          admit(rule, request, done)
        },
        (error: Error) => done(error),
      )
      return
    }
    // The OAuth token endpoint authenticates its clients by Basic (RFC 6749 §2.3.1), in its own handler.
    if (!/^Basic /i.test(authorization) || rule !== 'public') return void done(new DomainError('unauthenticated'))
    admit(rule, request, done)
  })
  app.addHook('preValidation', (request, _reply, done) => {
    try {
      assertCleanText(request.body)
      assertCleanText(request.query)
      assertCleanText(request.params)
    } catch (error) {
      return void done(error as Error)
    }
    done()
  })
}

function admit(rule: RouteRule, request: FastifyRequest, done: (error?: Error) => void): void {
  try {
    assertRule(rule, request.principal)
  } catch (error) {
    return void done(error as Error)
  }
  done()
}

type ErrorHandler = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => void

/** Any error as a problem document, in the reader's language. */
function problemHandler(problems: ProblemTable): ErrorHandler {
  return (thrown, request, reply) => {
    const error = toDomainError(thrown)
    const problem = toProblem(error, problems, languageOf(request), `urn:uuid:${request.id}`)
    if (problem.status >= 500) request.log.error({ err: thrown, reqId: request.id }, 'request failed')
    const retryAfter = problem.retryAfterSeconds
    if (typeof retryAfter === 'number') reply.header('retry-after', retryAfter)
    else if (problem.status === 503) reply.header('retry-after', 2)
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer')
    reply
      .code(problem.status)
      // Again here: a request that the router refuses has passed no hook.
      .headers(SECURITY_HEADERS)
      .type('application/problem+json')
      .send(JSON.stringify(problem))
  }
}

function observe(app: App, options: ServerOptions): void {
  const registry = new Registry()
  app.decorate('metrics', registry)
  registry.setDefaultLabels({ service: options.service })
  collectDefaultMetrics({ register: registry })
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to the end of its answer.',
    labelNames: ['operation', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  })
  app.addHook('onResponse', (request, reply, done) => {
    const operation = request.routeOptions.schema?.operationId ?? 'other'
    duration.observe({ operation, status: reply.statusCode }, reply.elapsedTime / 1_000)
    if (reply.statusCode >= 400 && request.routeOptions.config.rule !== undefined) {
      request.log.info(
        { operation, status: reply.statusCode, ms: Math.round(reply.elapsedTime), reqId: request.id },
        'refused',
      )
    }
    done()
  })
  const hidden = { schema: { hide: true } }
  app.get('/health/live', hidden, async () => ({ status: 'ok' }))
  app.get('/health/ready', hidden, async (_request, reply) => {
    const checks: Record<string, 'ok' | 'failed'> = {}
    await Promise.all(
      Object.entries(options.ready).map(async ([name, check]) => {
        // The reason goes to the log alone: health is read by strangers too.
        checks[name] = await check().then(
          () => 'ok' as const,
          (error: unknown) => {
            app.log.warn({ err: error, check: name }, 'not ready')
            return 'failed' as const
          },
        )
      }),
    )
    const ready = Object.values(checks).every((state) => state === 'ok')
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'failed', checks })
  })
  app.get('/metrics', hidden, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  )
  app.get('/openapi.json', hidden, async () => app.swagger())
}
