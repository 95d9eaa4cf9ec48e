import { configuration, type ServiceName } from '../config.server.ts'

/** `Session` of the accounts API. */
export interface SessionAnswer {
  sessionId: string
  refreshToken: string
  refreshExpiresAt: string
  accessTokens: Record<ServiceName, string>
  accessExpiresAt: string
  user: { id: string; name: string; email: string; admin: boolean; locale: string }
}

export type RefreshOutcome =
  | { kind: 'renewed'; answer: SessionAnswer }
  /** The refresh token is used up or revoked: the visitor must sign in again. */
  | { kind: 'refused' }
  /** `accounts` did not answer: nothing is known, nothing is forgotten. */
  | { kind: 'unavailable' }

const TIMEOUT_MS = 3_000
/** A page's requests arrive together with the same cookie: the answer serves all of them this long. */
const SHARED_MS = 8_000

const running = new Map<string, Promise<RefreshOutcome>>()

/** Rotates a refresh token, once for all requests that carry it: a second use would look like theft. */
export function refreshSession(refreshToken: string): Promise<RefreshOutcome> {
  const shared = running.get(refreshToken)
  if (shared) return shared
  const outcome = rotate(refreshToken)
  running.set(refreshToken, outcome)
  outcome.then(({ kind }) => {
    if (kind === 'renewed') setTimeout(() => running.delete(refreshToken), SHARED_MS).unref()
    else running.delete(refreshToken)
  })
  return outcome
}

async function rotate(refreshToken: string): Promise<RefreshOutcome> {
  try {
    const response = await fetch(`${configuration().config.services.accounts}/v1/sessions/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshToken }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (response.ok) return { kind: 'renewed', answer: (await response.json()) as SessionAnswer }
    return response.status === 401 || response.status === 400 ? { kind: 'refused' } : { kind: 'unavailable' }
  } catch {
    // Down, slow or cut: the caller goes on with the token that it has.
    return { kind: 'unavailable' }
  }
}
