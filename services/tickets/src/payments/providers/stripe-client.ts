import Stripe from 'stripe'
import { ProviderError } from '../provider.ts'

export interface StripeConnection {
  secretKey: string
  /** Where a fake is, in tests. */
  baseUrl?: string | undefined
  timeoutMs?: number | undefined
}

/**
 * The SDK, without its own repetitions: who called us repeats, with the same keys. Its telemetry would write a file into the
 * home folder.
 */
export function connectStripe({ secretKey, baseUrl, timeoutMs = 10_000 }: StripeConnection): Stripe {
  const base = baseUrl === undefined ? undefined : new URL(baseUrl)
  return new Stripe(secretKey, {
    maxNetworkRetries: 0,
    telemetry: false,
    timeout: timeoutMs,
    ...(base && { host: base.hostname, port: base.port, protocol: base.protocol === 'http:' ? 'http' : 'https' }),
  })
}

/** Waits for the SDK and turns what it throws into our words. */
export async function ask<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer
  } catch (error) {
    throw toProviderError(error)
  }
}

/** Whether Stripe refused, as such, and with which status. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Stripe.errors.StripeError ? error.statusCode : undefined
}

/**
 * A key that will not help any more: Stripe repeats the 500 that it once gave under it, or it was used with other terms
 * (the title of the event has been changed since).
 */
export function isSpentKey(error: unknown): boolean {
  if (error instanceof Stripe.errors.StripeIdempotencyError) return true
  return (statusOf(error) ?? 0) >= 500 && replayed(error)
}

function replayed(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeError && error.headers?.['idempotent-replayed'] === 'true'
}

export function toProviderError(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error
  const status = error.statusCode
  const words = [error.code, error.message].filter(Boolean).join(': ')
  if (status === undefined || status >= 500 || status === 429 || status === 409) {
    return new ProviderError('unavailable', words, { cause: error })
  }
  // 404: it knows the key, but not the object, which is then another account's or the other mode's.
  const kind = status === 401 || status === 403 || status === 404 ? 'misconfigured' : 'refused'
  return new ProviderError(kind, words, { cause: error })
}
