import { setTimeout as wait } from 'node:timers/promises'
import { error, type RequestEvent, redirect } from '@sveltejs/kit'
import { configuration, type ServiceName } from '../config.server.ts'
import { isLanguage, preferredLanguage } from '../messages/language.ts'
import { ApiError, type ProblemDocument } from './problem.ts'

/** A page shows what it can rather than wait; a change is waited for, because it may have happened. */
const READ_TIMEOUT_MS = 3_000
const WRITE_TIMEOUT_MS = 10_000
/** A ledger of years is written while it is read. */
const FILE_TIMEOUT_MS = 120_000
/** The second click of a double click waits for what the first one did. */
const REPEAT_MS = 150
const REPEATS_MAX = 30

export interface Call {
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  query?: Record<string, string | undefined>
  body?: unknown
  /** A multipart body, instead of `body`. */
  form?: FormData
  idempotencyKey?: string
  ifMatch?: string
  orderSecret?: string
  /** The key to an entry of a waiting list. */
  entrySecret?: string
  /** The key of a ticket's holder. */
  ticketSecret?: string
  /** Whether the visitor's token goes along. Public reads do without, so that `accounts` may be away. */
  as?: 'visitor' | 'public'
  /** Instead of the usual time for a page or a change. */
  timeoutMs?: number
  /** How often this call was repeated already. */
  attempt?: number
}

export interface Answer<Body> {
  body: Body
  etag: string | null
  status: number
}

/** Calls a service. Throws {@link ApiError} with its problem document, or with `unavailable` when it does not answer. */
export async function call<Body>(
  event: RequestEvent,
  service: ServiceName,
  path: string,
  options: Call = {},
): Promise<Answer<Body>> {
  const response = await ask(event, service, path, options)
  const body = response.status === 204 ? undefined : await response.json()
  return { body: body as Body, etag: response.headers.get('etag'), status: response.status }
}

async function ask(event: RequestEvent, service: ServiceName, path: string, options: Call): Promise<Response> {
  const asVisitor = options.as === 'visitor'
  const token = asVisitor ? await event.locals.visitor.token(service) : null
  let response = await send(event, service, path, options, token)
  if (response.status === 401 && token) {
    const renewed = await event.locals.visitor.renew()
    if (renewed) response = await send(event, service, path, options, renewed.accessTokens[service])
  }
  if (!response.ok) {
    const problem = await refusal(response)
    if (problem.code === 'idempotency-in-progress' && (options.attempt ?? 0) < REPEATS_MAX) {
      await wait(REPEAT_MS)
      return ask(event, service, path, { ...options, attempt: (options.attempt ?? 0) + 1 })
    }
    throw problem
  }
  return response
}

/** A file of a service, handed on as it comes: its bytes, type and name. Throws {@link ApiError} like {@link call}. */
export async function download(
  event: RequestEvent,
  service: ServiceName,
  path: string,
  options: Call = {},
): Promise<Response> {
  const response = await ask(event, service, path, { timeoutMs: FILE_TIMEOUT_MS, ...options })
  const headers = new Headers({ 'cache-control': 'private, no-store' })
  for (const name of ['content-type', 'content-disposition']) {
    const value = response.headers.get(name)
    if (value) headers.set(name, value)
  }
  return new Response(response.body, { headers })
}

/** Like {@link call}, for what a page cannot be shown without: refusals become error pages or the sign-in page. */
export async function need<Body>(
  event: RequestEvent,
  service: ServiceName,
  path: string,
  options: Call = {},
): Promise<Answer<Body>> {
  return orErrorPage(event, call<Body>(event, service, path, options))
}

/** Like {@link need}, for a file: see {@link download}. */
export async function needFile(
  event: RequestEvent,
  service: ServiceName,
  path: string,
  options: Call = {},
): Promise<Response> {
  return orErrorPage(event, download(event, service, path, options))
}

async function orErrorPage<Result>(event: RequestEvent, asked: Promise<Result>): Promise<Result> {
  try {
    return await asked
  } catch (problem) {
    if (!(problem instanceof ApiError)) throw problem
    if (problem.status === 401) toSignIn(event)
    error(problem.status, problem.message)
  }
}

/** Sends a visitor who must sign in there, and back here afterwards. */
export function toSignIn(event: RequestEvent): never {
  const language = isLanguage(event.params.lang) ? event.params.lang : 'en'
  const here = `${event.url.pathname}${event.request.method === 'GET' ? event.url.search : ''}`
  redirect(303, `/${language}/sign-in?next=${encodeURIComponent(here)}`)
}

async function send(
  event: RequestEvent,
  service: ServiceName,
  path: string,
  options: Call,
  token: string | null,
): Promise<Response> {
  const base = configuration().config.services[service]
  const url = new URL(base + path)
  // Ids in a path come from the address that was typed: one with `../` or `?` in it would ask for something else.
  if (url.pathname !== new URL(base).pathname.replace(/\/$/, '') + path)
    throw new ApiError(404, { code: 'not-found', title: 'Nothing was found here.' })
  for (const [name, value] of Object.entries(options.query ?? {})) if (value) url.searchParams.set(name, value)
  const language = preferredLanguage(event.params.lang, event.request.headers.get('accept-language'))
  const headers = new Headers({
    accept: 'application/json',
    'accept-language': language,
    'x-forwarded-for': event.getClientAddress(),
  })
  if (token) headers.set('authorization', `Bearer ${token}`)
  if (options.idempotencyKey) headers.set('idempotency-key', options.idempotencyKey)
  if (options.ifMatch) headers.set('if-match', options.ifMatch)
  if (options.orderSecret) headers.set('order-secret', options.orderSecret)
  if (options.entrySecret) headers.set('entry-secret', options.entrySecret)
  if (options.ticketSecret) headers.set('ticket-secret', options.ticketSecret)
  if (options.body !== undefined) headers.set('content-type', 'application/json')
  try {
    return await fetch(url, {
      method: options.method ?? 'GET',
      headers,
      body: options.form ?? (options.body === undefined ? null : JSON.stringify(options.body)),
      signal: AbortSignal.timeout(options.timeoutMs ?? (options.method ? WRITE_TIMEOUT_MS : READ_TIMEOUT_MS)),
      redirect: 'manual',
    })
  } catch (cause) {
    throw new ApiError(503, { code: 'unavailable', title: `${service} does not answer` }, { cause })
  }
}

async function refusal(response: Response): Promise<ApiError> {
  const seconds = Number.parseInt(response.headers.get('retry-after') ?? '', 10)
  const options = seconds >= 0 ? { retryAfterSeconds: seconds } : {}
  try {
    return new ApiError(response.status, (await response.json()) as ProblemDocument, options)
  } catch {
    // Not a problem document: a proxy between us answered.
    return new ApiError(response.status, { code: 'unavailable', title: response.statusText }, options)
  }
}
