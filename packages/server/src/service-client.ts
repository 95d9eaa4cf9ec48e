import { DomainError } from '@guichet/problem'
import { ConsecutiveBreaker, circuitBreaker, handleAll, TimeoutStrategy, timeout, wrap } from 'cockatiel'

export interface ServiceClientOptions {
  /** Where accounts answers, for the token. */
  accountsUrl: string
  clientId: string
  clientSecret: string
  /** The service that is called: the token's audience. */
  audience: string
  baseUrl: string
  timeoutMs?: number
}

/** A call to another service. Answers of 5xx and silence count against the breaker; the caller handles 4xx. */
export type ServiceClient = (path: string, init?: RequestInit) => Promise<Response>

/**
 * Calls another service with a client-credentials token (RFC 6749 §4.4), a time limit and a circuit breaker: after five
 * failures in a row it answers `unavailable` at once for five seconds, so that a dead peer costs nothing.
 */
export function createServiceClient(options: ServiceClientOptions): ServiceClient {
  const policy = wrap(
    circuitBreaker(handleAll, { halfOpenAfter: 5_000, breaker: new ConsecutiveBreaker(5) }),
    timeout(options.timeoutMs ?? 2_000, TimeoutStrategy.Aggressive),
  )
  let token: { value: string; goodUntilMs: number } | undefined
  let pending: Promise<string> | undefined

  async function fetchToken(signal: AbortSignal): Promise<string> {
    const response = await fetch(new URL('/oauth/token', options.accountsUrl), {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${options.clientId}:${options.clientSecret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: options.audience }),
      signal,
    })
    if (!response.ok) throw new Error(`accounts refused a service token: ${response.status}`)
    const body = (await response.json()) as { access_token: string; expires_in: number }
    token = { value: body.access_token, goodUntilMs: Date.now() + (body.expires_in - 30) * 1_000 }
    return body.access_token
  }

  async function currentToken(signal: AbortSignal): Promise<string> {
    if (token && token.goodUntilMs > Date.now()) return token.value
    pending ??= fetchToken(signal).finally(() => {
      pending = undefined
    })
    return pending
  }

  async function call(path: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${await currentToken(signal)}`)
    const response = await fetch(new URL(path, options.baseUrl), { ...init, headers, signal })
    if (response.status >= 500) throw new Error(`${options.audience} answered ${response.status}`)
    // Read whole here: the time limit counts for the body too, and aborts whatever is still unread when it is over.
    const body = response.body === null ? null : await response.arrayBuffer()
    return new Response(body, response)
  }

  return async (path, init = {}) => {
    try {
      return await policy.execute(async ({ signal }) => {
        const response = await call(path, init, signal)
        if (response.status !== 401) return response
        token = undefined
        return call(path, init, signal)
      })
    } catch (error) {
      throw new DomainError('unavailable', {}, { cause: error })
    }
  }
}
