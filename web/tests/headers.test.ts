import type { RequestEvent } from '@sveltejs/kit'
import { describe, expect, it } from 'vitest'
import type { Config } from '../src/config.server.ts'
import { pageHeaders } from '../src/gateway/headers.server.ts'

function headersOf(
  path: string,
  options: { routeId?: string; signedIn?: boolean; publicUrl?: string; metadata?: boolean } = {},
) {
  const publicUrl = options.publicUrl ?? 'https://tickets.example'
  const event = {
    url: new URL(path, publicUrl),
    route: { id: options.routeId ?? null },
    request: new Request(new URL(path, publicUrl), {
      headers: options.metadata === false ? {} : { 'sec-fetch-site': 'none' },
    }),
    locals: { visitor: { user: options.signedIn ? { id: 'usr_1' } : null } },
  } as unknown as RequestEvent
  const response = new Response('', {
    headers: { 'content-type': 'text/html', 'content-security-policy': "script-src 'nonce-x'; form-action 'self'" },
  })
  const config = { publicUrl, paymentOrigins: ['https://pay.example'] } as unknown as Config
  return Object.fromEntries(pageHeaders(event, response, config))
}

describe('the headers of a page', () => {
  it('are these', () => {
    expect(headersOf('/fr', { routeId: '/[lang=lang]' })).toMatchInlineSnapshot(`
      {
        "cache-control": "private, no-cache",
        "content-security-policy": "script-src 'nonce-x'; form-action 'self' https://tickets.example https://pay.example",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "referrer-policy": "strict-origin-when-cross-origin",
        "strict-transport-security": "max-age=63072000; includeSubDomains",
        "x-content-type-options": "nosniff",
      }
    `)
  })

  it('let no browser keep a page of one person, nor tell its address', () => {
    for (const path of [
      '/fr/orders/ord_1?key=k',
      '/en/checkout/ord_1?key=k',
      '/fr/reset-password?token=t',
      '/en/admin-link?token=t',
    ]) {
      expect(headersOf(path)).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    }
    expect(headersOf('/fr', { routeId: '/[lang=lang]', signedIn: true })).toMatchObject({ 'cache-control': 'no-store' })
  })

  it('keep forms working where the browser sends no Fetch Metadata: its origin must not become "null"', () => {
    expect(headersOf('/fr/orders/ord_1', { metadata: false })).toMatchObject({ 'referrer-policy': 'same-origin' })
  })

  it('ask for https only where there is https', () => {
    expect(headersOf('/fr', { publicUrl: 'http://localhost:4000' })).not.toHaveProperty('strict-transport-security')
  })
})
