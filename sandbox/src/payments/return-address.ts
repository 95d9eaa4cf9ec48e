import type { Session } from './ledger.ts'

/** The merchant's return address with `payment=<id>` added; its own query and fragment stay as they were. */
export function returnAddress(session: Session): string {
  const url = new URL(session.returnUrl)
  url.search = `${url.search ? `${url.search}&` : '?'}payment=${session.id}`
  return url.href
}

/**
 * The CSP source that lets our form end at the merchant: Chromium applies `form-action` to every redirect after a
 * submission. CSP has no way to write an IPv6 host, so for one the whole scheme is allowed.
 */
export function formTarget(session: Session): string {
  const { hostname, protocol, origin } = new URL(session.returnUrl)
  return hostname.startsWith('[') ? protocol : origin
}
