import { type Mode, ProviderError, type ProviderErrorKind } from '../provider.ts'

export interface PayPalConnection {
  mode: Mode
  clientId: string
  clientSecret: string
  nowMs(): number
  /** Where a fake is, in tests. */
  baseUrl?: string | undefined
  timeoutMs?: number | undefined
}

export interface PayPalRequest {
  /** JSON text. */
  body?: string
  /** PayPal's idempotency key: the same id gets the same object in its present state. */
  requestId?: string
}

export interface PayPalClient {
  ask<Answer>(method: 'GET' | 'POST' | 'PATCH', path: string, request?: PayPalRequest): Promise<Answer>
}

/** PayPal said no, and which of its many reasons it gave. */
export class PayPalRefusal extends ProviderError {
  readonly status: number
  readonly issue: string

  constructor(status: number, issue: string, words: string) {
    super(kindOf(status, issue), words)
    this.status = status
    this.issue = issue
  }
}

/** What will pass by itself, though PayPal calls it a faulty request. */
const PASSES = new Set(['PENDING_CAPTURE', 'PREVIOUS_REQUEST_IN_PROGRESS', 'DUPLICATE_REQUEST_ID'])

function kindOf(status: number, issue: string): ProviderErrorKind {
  if (status >= 500 || status === 429 || status === 409 || PASSES.has(issue)) return 'unavailable'
  // 404: it knows us, but not the object, which is then another account's or the other mode's.
  return status === 401 || status === 403 || status === 404 ? 'misconfigured' : 'refused'
}

interface Reply {
  status: number
  text: string
}

interface Token {
  value: string
  validUntil: number
}

/** Speaks PayPal's REST with an access token, which is kept until shortly before it lapses. */
export function connectPayPal(options: PayPalConnection): PayPalClient {
  const { mode, clientId, clientSecret, nowMs, timeoutMs = 10_000 } = options
  const base = options.baseUrl ?? (mode === 'live' ? 'https://api-m.paypal.com' : 'https://api-m.sandbox.paypal.com')
  let token: Promise<Token> | undefined

  async function send(path: string, init: RequestInit): Promise<Reply> {
    try {
      const response = await fetch(base + path, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
      return { status: response.status, text: await response.text() }
    } catch (error) {
      throw new ProviderError('unavailable', `PayPal did not answer: ${String(error)}`, { cause: error })
    }
  }

  async function newToken(): Promise<Token> {
    const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
    const reply = await send('/v1/oauth2/token', {
      method: 'POST',
      headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials',
    })
    const { access_token, expires_in } = read<{ access_token: string; expires_in: number }>(reply)
    return { value: access_token, validUntil: nowMs() + (expires_in - 60) * 1_000 }
  }

  /** One for all who ask at once. One that lapsed, or could not be had, is followed by another. */
  async function accessToken(): Promise<string> {
    const known = token
    const kept = await known?.catch(() => undefined)
    if (kept && kept.validUntil > nowMs()) return kept.value
    if (token === known) token = newToken()
    return (await (token ?? newToken())).value
  }

  async function attempt(method: string, path: string, { body, requestId }: PayPalRequest): Promise<Reply> {
    const headers: Record<string, string> = { authorization: `Bearer ${await accessToken()}` }
    if (body !== undefined) headers['content-type'] = 'application/json'
    if (method === 'POST') headers.prefer = 'return=representation'
    if (requestId) headers['paypal-request-id'] = requestId
    return send(path, { method, headers, body: body ?? null })
  }

  return {
    async ask<Answer>(method: string, path: string, request: PayPalRequest = {}): Promise<Answer> {
      const reply = await attempt(method, path, request)
      if (reply.status !== 401) return read<Answer>(reply)
      // The token was taken back before its time.
      token = undefined
      return read<Answer>(await attempt(method, path, request))
    },
  }
}

interface PayPalProblem {
  name?: string
  message?: string
  debug_id?: string
  details?: { issue?: string; description?: string }[]
  error?: string
  error_description?: string
}

function read<Answer>({ status, text }: Reply): Answer {
  if (status < 300) return (text === '' ? undefined : JSON.parse(text)) as Answer
  const problem = readProblem(text)
  const detail = problem.details?.[0]
  const issue = detail?.issue ?? problem.name ?? problem.error ?? `HTTP ${status}`
  const description = detail?.description ?? problem.message ?? problem.error_description ?? ''
  const debug = problem.debug_id ? ` (debug id ${problem.debug_id})` : ''
  throw new PayPalRefusal(status, issue, `${issue}: ${description}${debug}`)
}

function readProblem(text: string): PayPalProblem {
  try {
    return (JSON.parse(text) ?? {}) as PayPalProblem
  } catch {
    return {}
  }
}
