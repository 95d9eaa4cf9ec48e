import { NotPublic, type PublicHosts } from '@guichet/server/public-hosts'
import type { WebhookHeaders } from '@guichet/server/webhook-signature'
import { request } from 'undici'
import type { WebhookOutcome } from './tables.ts'

export const TIMEOUT_MS = 5_000
export const ANSWER_BYTES_MAX = 64 * 1024

export interface Answer {
  outcome: WebhookOutcome
  status: number | null
  /** A few headers, for who looks for the reason of a refusal. */
  headers: Record<string, string>
  retryAfterMs: number
}

/** Shown to organizers. Never the body: it may be of a place that its owner cannot read (S-66). */
const SHOWN = ['content-type', 'content-length', 'date', 'location', 'retry-after', 'server', 'x-request-id', 'allow']

/** Posts a webhook once, to a public address only, without following where it is sent on to. Never throws. */
export async function postWebhook(
  hosts: PublicHosts,
  url: string,
  headers: WebhookHeaders,
  body: string,
): Promise<Answer> {
  try {
    const address = new URL(url)
    hosts.assertAllowed(address)
    const answer = await request(address, {
      method: 'POST',
      dispatcher: hosts.agent,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'Guichet-Webhooks/1' },
      body,
    })
    // The status is the answer; what comes after it, and how slowly, changes nothing.
    await answer.body.dump({ limit: ANSWER_BYTES_MAX }).catch(() => undefined)
    const shown = SHOWN.flatMap((name) => {
      const value = answer.headers[name]
      return typeof value === 'string' ? [[name, value.slice(0, 500)]] : []
    })
    return {
      outcome: outcomeOf(answer.statusCode),
      status: answer.statusCode,
      headers: Object.fromEntries(shown),
      retryAfterMs: secondsOf(answer.headers['retry-after']) * 1_000,
    }
  } catch (error) {
    return { outcome: failureOf(error), status: null, headers: {}, retryAfterMs: 0 }
  }
}

function outcomeOf(status: number): WebhookOutcome {
  if (status >= 200 && status < 300) return 'delivered'
  if (status >= 300 && status < 400) return 'redirected'
  return status === 410 ? 'gone' : 'refused'
}

function secondsOf(header: string | string[] | undefined): number {
  const seconds = Number(header)
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0
}

function failureOf(error: unknown): WebhookOutcome {
  if (!(error instanceof Error)) return 'unreachable'
  if (error instanceof NotPublic || error.cause instanceof NotPublic) return 'not-public'
  const code = 'code' in error ? String(error.code) : ''
  return error.name === 'TimeoutError' || /TIMEOUT/.test(code) ? 'timed-out' : 'unreachable'
}
