import { setTimeout as wait } from 'node:timers/promises'
import { Refusal } from './refusal.ts'
import type { Session } from './session.ts'

export type ServiceName = 'accounts' | 'events' | 'tickets' | 'notifications'

export type Answer<Body> = { status: number; body: Body; etag: string | null }

export type CallOptions = {
  body?: unknown
  form?: FormData
  headers?: Record<string, string>
  /** As nobody, like a guest of the shop. */
  anonymous?: boolean
  /** Ends the waiting for an answer. */
  signal?: AbortSignal
}

/** A problem document (RFC 9457) as far as the commands read it. */
export type Problem = { code?: string; title?: string; detail?: string; errors?: { pointer: string; detail: string }[] }

export type PublicApi = {
  session: Session
  /** Answers of 2xx–4xx; what is busy (429, 503) or unreachable is tried again for a while, then refused. */
  call<Body>(service: ServiceName, method: string, path: string, options?: CallOptions): Promise<Answer<Body>>
  /** New tokens: after a change of memberships the present ones are out of date. */
  refresh(): Promise<void>
  signOut(): Promise<void>
}

const ATTEMPTS = 8
const TIMEOUT_MS = 30_000

/** The API as everybody has it, at the public address, with the session's tokens renewed as they end. */
export function createPublicApi(publicUrl: string, session: Session): PublicApi {
  let refreshing: Promise<void> | undefined
  const api: PublicApi = { session, call, refresh, signOut }

  function refresh(): Promise<void> {
    refreshing ??= renew().finally(() => {
      refreshing = undefined
    })
    return refreshing
  }

  async function renew(): Promise<void> {
    const { refreshToken } = api.session
    const answer = await call<Session>('accounts', 'POST', '/v1/sessions/refresh', {
      body: { refreshToken },
      anonymous: true,
    })
    if (answer.status !== 200) throw new Refusal('The session has ended: sign in again.')
    api.session = answer.body
  }

  async function call<Body>(
    service: ServiceName,
    method: string,
    path: string,
    options: CallOptions = {},
  ): Promise<Answer<Body>> {
    let renewed = false
    for (let attempt = 1; ; attempt++) {
      const token = options.anonymous ? undefined : api.session.accessTokens[service]
      const response = await send(`${publicUrl}/api/${service}${path}`, method, options, token)
      if (response instanceof Response) {
        const isBusy = response.status === 429 || response.status === 503
        if (response.status === 401 && token && !renewed) {
          renewed = true
          await response.body?.cancel()
          // Another call may have renewed them meanwhile.
          if (api.session.accessTokens[service] === token) await refresh()
          continue
        }
        if (!isBusy || attempt >= ATTEMPTS) return await read<Body>(response)
        await response.body?.cancel()
        const asked = Number(response.headers.get('retry-after'))
        await wait(asked > 0 ? Math.min(asked, 15) * 1_000 : backOff(attempt))
      } else {
        if (options.signal?.aborted) throw new Refusal('It was stopped.')
        if (attempt >= ATTEMPTS) throw new Refusal(`Nothing answers at ${publicUrl}: is Guichet running there?`)
        await wait(backOff(attempt))
      }
    }
  }

  async function signOut(): Promise<void> {
    await call('accounts', 'DELETE', '/v1/sessions/current')
  }

  return api
}

function backOff(attempt: number): number {
  return Math.min(100 * 2 ** attempt, 3_000) * (0.5 + Math.random() / 2)
}

async function send(
  url: string,
  method: string,
  { body, form, headers, signal }: CallOptions,
  token: string | undefined,
): Promise<Response | Error> {
  const content = form ?? (body === undefined ? undefined : JSON.stringify(body))
  try {
    return await fetch(url, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      ...(content === undefined ? {} : { body: content }),
      signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])]),
    })
  } catch (error) {
    return error as Error
  }
}

async function read<Body>(response: Response): Promise<Answer<Body>> {
  const text = await response.text()
  let body: unknown = null
  try {
    body = text === '' ? null : JSON.parse(text)
  } catch {
    body = { title: `answered ${response.status} without JSON` }
  }
  return { status: response.status, body: body as Body, etag: response.headers.get('etag') }
}

/** What a refusal of the API says, in one line. */
export function explainProblem({ status, body }: Answer<unknown>): string {
  const problem = (body ?? {}) as Problem
  const faults = problem.errors?.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ')
  return faults || [problem.title, problem.detail].filter(Boolean).join(' ') || `status ${status}`
}
