import type { RequestEvent } from '@sveltejs/kit'
import type { Config } from '../config.server.ts'

/** Pages whose address holds a secret (the key to an order, a ticket or an entry, a mail link's token). */
const secretRoutes =
  /\/(checkout|orders|tickets|waiting-list|preferences|confirm-email|confirm-address|undo-address|reset-password|admin-link)(\/|$)/
/** Pages that are the same for everybody, and may be seen again without asking. */
const publicRoutes = new Set(['/[lang=lang]', '/[lang=lang]/events/[eventId]'])

/** The security headers of every answer, and the caching of pages. */
export function pageHeaders(event: RequestEvent, response: Response, config: Config): [string, string][] {
  const headers: [string, string][] = [
    ['x-content-type-options', 'nosniff'],
    ['cross-origin-opener-policy', 'same-origin'],
    ['cross-origin-resource-policy', 'same-origin'],
    ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
    ['referrer-policy', referrerPolicy(event)],
  ]
  if (config.publicUrl.startsWith('https:')) {
    headers.push(['strict-transport-security', 'max-age=63072000; includeSubDomains'])
  }
  if (!response.headers.has('cache-control') && response.headers.get('content-type')?.startsWith('text/html')) {
    const shared = publicRoutes.has(event.route.id ?? '') && !event.locals.visitor.user && response.ok
    headers.push(['cache-control', shared ? 'private, no-cache' : 'no-store'])
  }
  const policy = response.headers.get('content-security-policy')
  if (policy) headers.push(['content-security-policy', allowPayment(policy, config)])
  return headers
}

/**
 * `no-referrer` also turns the `Origin` of a form into `null` (Fetch §3.2), which the origin check refuses unless the
 * browser says `Sec-Fetch-Site` (see server.ts). One that doesn't, on plain http, gets `same-origin`: still no leak.
 */
function referrerPolicy(event: RequestEvent): string {
  if (!secretRoutes.test(event.url.pathname)) return 'strict-origin-when-cross-origin'
  return event.request.headers.has('sec-fetch-site') ? 'no-referrer' : 'same-origin'
}

/** A checkout's form is answered with a redirect to the payment page, and `form-action` rules that too. */
function allowPayment(policy: string, config: Config): string {
  const origins = [new URL(config.publicUrl).origin, ...config.paymentOrigins]
  return policy.replace("form-action 'self'", `form-action 'self' ${origins.join(' ')}`)
}
