import { eventually, hasPart } from '@guichet/testkit'
import type { BrowserContext } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Language, openBrowser, signIn, violations } from '../browser.ts'
import {
  buy,
  hold,
  linkIn,
  mailsTo,
  must,
  type Order,
  openSale,
  payOnHostedPage,
  type Sale,
  type Session,
  signUp,
  startPayment,
} from '../client.ts'
import { joinSystem } from '../join-system.ts'
import type { RunningSystem } from '../system.ts'

// What must hold on every page: accessible, in the visitor's language, with the security headers, and deaf to scripts in data.

const XSS = [
  '<img src=x onerror="window.__xss=1">',
  '<svg/onload=window.__xss=1>',
  '[click](javascript:window.__xss=1)',
  '![t](https://tracker.example/pixel.png)',
  '<math><mtext></p><style><img src=x onerror=window.__xss=1></style>',
  '"><script>window.__xss=1</script>',
].join(' ')

let system: RunningSystem
let owner: Session
let sale: Sale
let order: Order
let hostile: Sale
let held: Order
let declined: Order
let soldOut: Sale
/** Of the organizer of `sale`: one of each provider. */
let accounts: string[]
/** Without the language. */
let waitingPage: string

async function openConsole(context: BrowserContext, language: Language): Promise<void> {
  const page = await context.newPage()
  await signIn(page, system, owner, language)
  await page.close()
}

/** An account of each provider, off, and a VAT rate. */
async function openFinance(): Promise<string[]> {
  const path = `tickets/v1/organizers/${sale.organizerId}`
  const token = owner.accessTokens.tickets
  const periods = [{ startsOn: '2020-01-01', bp: 2_000 }]
  await must(system, `${path}/vat-rates`, {
    method: 'POST',
    token,
    headers: { 'idempotency-key': 'pages-vat' },
    body: { name: 'Standard', periods },
  })
  const bodies = [
    { provider: 'stripe', mode: 'test', secrets: { secretKey: 'sk_test_pages0123456789' } },
    {
      provider: 'paypal',
      mode: 'live',
      settings: { clientId: 'client-of-pages' },
      secrets: { clientSecret: 'secret-of-pages' },
    },
    {
      provider: 'bank-transfer',
      mode: 'live',
      settings: { beneficiary: 'Les Nuits Bleues', iban: 'FR1420041010050500013M02606' },
    },
  ]
  const made: string[] = []
  for (const body of bodies) {
    const headers = { 'idempotency-key': `pages-${body.provider}` }
    const { id } = await must<{ id: string }>(system, `${path}/payment-accounts`, {
      method: 'POST',
      token,
      headers,
      body,
    })
    made.push(id)
  }
  return made
}

/** The page of somebody who waits, as the mail links it. */
async function joinSoldOut(): Promise<string> {
  const email = 'pages.waits@example.org'
  const body = { ticketTypeId: soldOut.ticketTypeId, email }
  await must(system, `tickets/v1/events/${soldOut.eventId}/waiting-list`, { method: 'POST', body })
  const mail = await eventually(async () => (await mailsTo(system, email))[0] ?? false)
  const { pathname, search } = new URL(linkIn(mail.text, 'waiting-list'))
  return pathname.replace(/^\/(en|fr)/, '') + search
}

beforeAll(async () => {
  if (!hasPart('chromium')) return
  system = await joinSystem()
  owner = await signUp(system)
  sale = await openSale(system, owner)
  order = await buy(system, sale, { email: 'pages.reader@example.org', quantity: 2 })
  held = await hold(system, sale, { email: 'holder@example.org' })
  declined = await hold(system, sale, { email: 'declined@example.org' })
  await payOnHostedPage(await startPayment(system, declined), 'decline')
  soldOut = await openSale(system, owner, { capacity: 1, title: 'Sold out' })
  await hold(system, soldOut, { email: 'last@example.org' })
  waitingPage = await joinSoldOut()
  accounts = await openFinance()
  hostile = await openSale(system, owner, { title: `Hostile ${XSS}`.slice(0, 190) })
  const current = await fetch(`${system.publicUrl}/api/events/v1/events/${hostile.eventId}`)
  await must(system, `events/v1/events/${hostile.eventId}`, {
    method: 'PATCH',
    token: owner.accessTokens.events,
    headers: { 'if-match': current.headers.get('etag') ?? '' },
    body: {
      description: { en: XSS, fr: XSS },
      venue: { name: XSS.slice(0, 150), city: XSS.slice(0, 90), country: 'FR', online: false },
    },
  })
})

const shopPages = (): string[] => [
  '',
  '?text=nothing-like-this',
  `/events/${sale.eventId}`,
  `/events/${sale.eventId}?code=unknown`,
  `/events/${soldOut.eventId}`,
  `/events/${soldOut.eventId}/waiting-list?type=${soldOut.ticketTypeId}`,
  `/events/${soldOut.eventId}/waiting-list?type=${soldOut.ticketTypeId}&joined=1`,
  waitingPage,
  `/orders/${order.id}?key=${order.secret}`,
  `/checkout/${held.id}?key=${held.secret}`,
  `/orders/${held.id}?key=${held.secret}`,
  `/orders/${declined.id}?key=${declined.secret}`,
  '/sign-in',
  '/sign-up',
  '/forgot-password',
  '/help',
  '/accessibility',
  '/confirm-email?token=unknown',
  '/reset-password?token=unknown',
  '/events/evt_01h455vb4pex5vsknk084sn02q',
]
const memberPages = (): string[] => [
  '/account',
  '/account/orders',
  '/console',
  '/console/organizers/new',
  `/console/organizers/${sale.organizerId}`,
  `/console/organizers/${sale.organizerId}/events/new`,
  `/console/organizers/${sale.organizerId}/members`,
  `/console/organizers/${sale.organizerId}/settings`,
  `/console/organizers/${sale.organizerId}/finance`,
  `/console/organizers/${sale.organizerId}/finance/accounts`,
  `/console/organizers/${sale.organizerId}/finance/accounts/new?provider=stripe`,
  `/console/organizers/${sale.organizerId}/finance/accounts/new?provider=paypal`,
  `/console/organizers/${sale.organizerId}/finance/accounts/new?provider=bank-transfer`,
  ...accounts.map((id) => `/console/organizers/${sale.organizerId}/finance/accounts/${id}`),
  `/console/organizers/${sale.organizerId}/finance/bank`,
  `/console/organizers/${sale.organizerId}/finance/prices`,
  `/console/organizers/${sale.organizerId}/finance/invoices`,
  `/console/organizers/${sale.organizerId}/finance/invoices/seller`,
  `/console/organizers/${sale.organizerId}/finance/disputes`,
  `/console/organizers/${sale.organizerId}/finance/ledger`,
  `/console/organizers/${sale.organizerId}/finance/reconciliation`,
  `/console/events/${sale.eventId}`,
  `/console/events/${sale.eventId}/edit`,
  `/console/events/${sale.eventId}/ticket-types`,
  `/console/events/${sale.eventId}/capacity`,
  `/console/events/${sale.eventId}/codes`,
  `/console/events/${sale.eventId}/reminders`,
  `/console/events/${sale.eventId}/waiting-list`,
  `/console/events/${soldOut.eventId}/waiting-list`,
  `/console/events/${sale.eventId}/orders/${order.id}`,
  `/console/events/${sale.eventId}/orders/${order.id}/refund?by=all`,
  `/console/events/${sale.eventId}/orders/${order.id}/refund?by=tickets`,
  `/console/events/${sale.eventId}/orders/${order.id}/refund?by=lines&asked=1&quantity.1=1`,
  `/console/events/${sale.eventId}/orders/${order.id}/refund?by=amount&asked=1&amount=1`,
  `/console/events/${sale.eventId}/refunds?asked=1&scope=all`,
  `/console/organizers/${sale.organizerId}/refund-policy`,
  `/console/organizers/${sale.organizerId}/messages/templates`,
  `/console/organizers/${sale.organizerId}/messages/templates/order-confirmation`,
  `/console/organizers/${sale.organizerId}/messages/sender`,
  `/console/events/${sale.eventId}/cancel`,
]

describe.runIf(hasPart('chromium'))('every page', () => {
  const looks: [Language, 'phone' | 'desktop', boolean][] = [
    ['en', 'desktop', false],
    ['fr', 'phone', true],
  ]

  it.each(looks)(
    'has no accessibility fault that axe knows, speaks %s, fits a %s (dark: %s)',
    async (language, screen, dark) => {
      const visitor = await openBrowser({ language, screen, dark })
      try {
        const page = await visitor.context.newPage()
        const faults: string[] = []
        const visit = async (path: string) => {
          await page.goto(`${system.publicUrl}/${language}${path}`)
          for (const violation of await violations(page)) faults.push(`${path}: ${violation}`)
          if ((await page.locator('html').getAttribute('lang')) !== language) faults.push(`${path}: wrong lang`)
          const wide = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          )
          if (wide > 0) faults.push(`${path}: scrolls sideways by ${wide} px`)
          if (/\b(undefined|NaN|\[object Object\])\b/.test(await page.evaluate(() => document.body.textContent ?? '')))
            faults.push(`${path}: shows a hole`)
        }
        for (const path of shopPages()) await visit(path)
        await openConsole(visitor.context, language)
        for (const path of memberPages()) await visit(path)
        expect(faults).toEqual([])
      } finally {
        await visitor.close()
      }
    },
    // Some sixty pages, each looked at whole.
    900_000,
  )

  it('runs nothing that stands in an event’s texts, loads nothing from elsewhere, and marks foreign links', async () => {
    const visitor = await openBrowser()
    try {
      const page = await visitor.context.newPage()
      const foreign: string[] = []
      const refused: string[] = []
      page.on('request', (request) => {
        if (!request.url().startsWith(system.publicUrl) && !request.url().startsWith('data:'))
          foreign.push(request.url())
      })
      page.on('console', (message) => /Content Security Policy/.test(message.text()) && refused.push(message.text()))
      const bought = await buy(system, hostile, { email: 'hostile@example.org' })
      const paths = [
        `/en/events/${hostile.eventId}`,
        `/fr/events/${hostile.eventId}`,
        '/en',
        `/en/orders/${bought.id}?key=${bought.secret}`,
      ]
      for (const path of paths) {
        await page.goto(system.publicUrl + path)
        await page.waitForLoadState('networkidle')
        expect(await page.evaluate(() => '__xss' in window), path).toBe(false)
      }
      await openConsole(visitor.context, 'en')
      for (const path of [
        `/en/console/events/${hostile.eventId}`,
        `/en/console/events/${hostile.eventId}/orders/${bought.id}`,
      ]) {
        await page.goto(system.publicUrl + path)
        await page.waitForLoadState('networkidle')
        expect(await page.evaluate(() => '__xss' in window), path).toBe(false)
      }
      await page.goto(`${system.publicUrl}/en/events/${hostile.eventId}`)
      for (const link of await page.locator('.prose a').all()) {
        expect(await link.getAttribute('href')).not.toMatch(/^\s*(javascript|data):/i)
        expect(await link.getAttribute('rel')).toContain('noopener')
      }
      expect(foreign).toEqual([])
      expect(refused).toEqual([])
    } finally {
      await visitor.close()
    }
  })

  it('carries the security headers, and no version of anything', async () => {
    for (const path of [
      '/en',
      `/en/events/${sale.eventId}`,
      `/en/orders/${order.id}?key=${order.secret}`,
      '/en/sign-in',
      '/en/nowhere',
    ]) {
      const { headers } = await fetch(system.publicUrl + path)
      const policy = headers.get('content-security-policy') ?? ''
      for (const part of ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]) {
        expect(policy, path).toContain(part)
      }
      expect(/script-src[^;]*'unsafe-inline'/.test(policy), path).toBe(false)
      expect(headers.get('x-content-type-options'), path).toBe('nosniff')
      expect(headers.get('cross-origin-opener-policy'), path).toBe('same-origin')
      expect(headers.get('permissions-policy'), path).toContain('camera=()')
      expect(headers.get('referrer-policy'), path).toBeTruthy()
      expect(headers.get('x-powered-by') ?? headers.get('server'), path).toBe(null)
    }
    const personal = await fetch(`${system.publicUrl}/en/orders/${order.id}?key=${order.secret}`)
    expect(personal.headers.get('cache-control')).toContain('no-store')
  })

  it('keeps the session in a __Host- cookie that scripts cannot read, and no token anywhere else', async () => {
    const visitor = await openBrowser({ language: 'en' })
    try {
      await openConsole(visitor.context, 'en')
      const cookies = await visitor.context.cookies()
      const session = cookies.find((cookie) => cookie.name.startsWith('__Host-'))
      expect(session).toMatchObject({ secure: true, httpOnly: true, path: '/' })
      expect(['Lax', 'Strict']).toContain(session?.sameSite)
      for (const cookie of cookies) expect(cookie.httpOnly || !/eyJ/.test(cookie.value), cookie.name).toBe(true)
      const page = await visitor.context.newPage()
      await page.goto(`${system.publicUrl}/en/console`)
      const reachable = await page.evaluate(
        () =>
          JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie + document.documentElement.outerHTML,
      )
      expect(reachable).not.toMatch(/eyJ[\w-]+\.[\w-]+\./)
    } finally {
      await visitor.close()
    }
  })
})

describe.runIf(hasPart('chromium'))('other sites', () => {
  const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }

  it('are given no CORS rights by any service, for any origin and method', async () => {
    for (const origin of ['null', 'https://evil.example', `https://${new URL(system.publicUrl).host}.evil.example`]) {
      for (const method of ['GET', 'OPTIONS', 'POST', 'DELETE']) {
        for (const path of [
          'events/v1/events',
          'accounts/v1/users/me',
          'tickets/v1/orders',
          'notifications/v1/deliveries',
        ]) {
          const { headers } = await fetch(`${system.publicUrl}/api/${path}`, {
            method,
            headers: { origin, 'access-control-request-method': 'POST' },
          })
          expect(headers.get('access-control-allow-origin'), `${method} ${path} from ${origin}`).toBe(null)
        }
      }
    }
  })

  it('cannot make a visitor’s browser change anything, sign in, or sign out', async () => {
    const form = {
      method: 'POST',
      redirect: 'manual' as const,
      body: new URLSearchParams({ email: 'a@b.c', password: 'x' }),
    }
    for (const path of [
      '/en/sign-in',
      '/en/sign-up',
      '/en/sign-out',
      `/en/events/${sale.eventId}?/order`,
      '/en/console/organizers/new',
    ]) {
      const answer = await fetch(system.publicUrl + path, { ...form, headers: evil })
      expect(answer.status, path).toBe(403)
    }
    const api = await fetch(`${system.publicUrl}/api/tickets/v1/orders`, {
      method: 'POST',
      headers: { ...evil, 'content-type': 'application/json', 'idempotency-key': 'k' },
      body: JSON.stringify({ eventId: sale.eventId, lines: [{ ticketTypeId: sale.ticketTypeId, quantity: 1 }] }),
    })
    expect(api.status).toBe(403)
    for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded']) {
      const answer = await fetch(`${system.publicUrl}/api/tickets/v1/orders`, {
        method: 'POST',
        headers: { 'content-type': type, 'idempotency-key': 'k' },
        body: '{}',
      })
      expect(answer.status, type).toBe(415)
    }
  })

  it('and the outside reach neither internal routes nor metrics', async () => {
    for (const path of [
      'tickets/metrics',
      'accounts/metrics',
      'accounts/v1/internal/email-links',
      `tickets/v1/internal/events/${sale.eventId}/orders`,
    ]) {
      const answer = await fetch(`${system.publicUrl}/api/${path}`)
      expect(answer.status, path).toBe(404)
    }
  })
})
