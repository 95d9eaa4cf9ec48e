import formbody from '@fastify/formbody'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify'
import type { Html } from './html.ts'
import { chooseLanguage, type Language } from './language.ts'
import { errorPage } from './layout.ts'
import { notFound, Problem } from './problem.ts'
import { stylesheetHash } from './stylesheet.ts'

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

type Options = { name: string; basePath: string; logLevel: string; flushed: () => Promise<void> }

const NOTHING_ALLOWED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
}

/** The HTTP server that the three sandbox processes share: strict bodies, problem documents, headers, and no answer before the disk. */
export async function createApp(options: Options): Promise<App> {
  const app: App = Fastify({
    logger: { level: options.logLevel, name: options.name },
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    bodyLimit: 64 * 1024,
    requestTimeout: 30_000,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true } },
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.removeContentTypeParser('text/plain')
  await app.register(formbody)

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...HEADERS, 'content-security-policy': NOTHING_ALLOWED })
    refuseCrossSite(request)
  })
  // Every answer may tell of something just decided, so none leaves before it is on disk.
  app.addHook('onSend', () => options.flushed())

  app.setErrorHandler((error: FastifyError, request, reply) => sendProblem(error, request, reply, options.basePath))
  app.setNotFoundHandler((request, reply) => sendProblem(notFound(), request, reply, options.basePath))
  app.get('/health/live', async () => ({ status: 'live' }))
  return app
}

/** Another site may link here, but not act here: `GET` is open, the rest must come from our own pages or from no page at all. */
function refuseCrossSite(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site']
  if (request.method === 'GET' || request.method === 'HEAD' || site === undefined) return
  if (site !== 'same-origin' && site !== 'none') {
    throw new Problem(403, 'cross-site', 'This request came from another site.')
  }
}

function sendProblem(error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply, basePath: string) {
  const problem = error instanceof Problem ? error : fromFastify(error)
  if (problem.status >= 500) request.log.error(error)
  reply.code(problem.status)
  if (request.headers.accept?.includes('text/html')) {
    return sendPage(reply, errorPage(languageOf(request), problem.status, basePath))
  }
  const { status, code, message: detail, facts } = problem
  return reply
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', ...facts, code, status, detail }))
}

function fromFastify(error: FastifyError): Problem {
  if (error.validation) {
    const errors = error.validation.map((fault) => ({
      pointer: fault.instancePath,
      detail: fault.message ?? 'invalid',
    }))
    return new Problem(400, 'request-invalid', 'The request is not as described.', { errors })
  }
  const status = error.statusCode ?? 500
  return status < 500
    ? new Problem(status, 'request-invalid', error.message)
    : new Problem(500, 'internal', 'Something went wrong here.')
}

/** The page's language, by `?locale=`, then by what the sender of the thing asked for, then by the browser. */
export function languageOf(request: FastifyRequest, asked?: string): Language {
  const { locale } = request.query as { locale?: unknown }
  return chooseLanguage(typeof locale === 'string' ? locale : undefined, asked, request.headers['accept-language'])
}

type PagePolicy = {
  /** CSP sources, besides our own, where a form may end up: Chromium applies `form-action` to the redirect after it. */
  formTargets?: string
  frames?: boolean
}

/** Sends a page under a policy that allows our one stylesheet, our forms, and nothing else. */
export function sendPage(reply: FastifyReply, page: Html, { formTargets = '', frames = false }: PagePolicy = {}) {
  const policy = [
    "default-src 'none'",
    `style-src '${stylesheetHash}'`,
    'img-src data:',
    `form-action 'self' ${formTargets}`.trim(),
    ...(frames ? ["frame-src 'self'"] : []),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  return reply.header('content-security-policy', policy.join('; ')).type('text/html; charset=utf-8').send(page.markup)
}
