import { randomUUID } from 'node:crypto'
import { eventually } from '@guichet/testkit'
import type { RunningSystem } from './system.ts'

export interface Session {
  accessTokens: Record<'accounts' | 'events' | 'tickets' | 'notifications', string>
  refreshToken: string
  user: { id: string; email: string }
}

export interface Answer<Body = Record<string, unknown>> {
  status: number
  headers: Headers
  body: Body
}

export interface CallOptions {
  method?: string
  token?: string
  body?: unknown
  headers?: Record<string, string>
}

/** Calls a service's API through the public origin, as any client does. */
export async function call<Body = Record<string, unknown>>(
  system: RunningSystem,
  path: string,
  { method = 'GET', token, body, headers = {} }: CallOptions = {},
): Promise<Answer<Body>> {
  const response = await fetch(`${system.publicUrl}/api/${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? undefined : JSON.parse(text)) as Body,
  }
}

/** Fails with the problem's words, so that a broken test says what the service said. */
export async function must<Body = Record<string, unknown>>(
  system: RunningSystem,
  path: string,
  options: CallOptions = {},
): Promise<Body> {
  const answer = await call<Body>(system, path, options)
  if (answer.status >= 400)
    throw new Error(`${options.method ?? 'GET'} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}

export async function signInAsAdmin(system: RunningSystem): Promise<Session> {
  const token = new URL(await system.adminLink()).searchParams.get('token')
  return must<Session>(system, 'accounts/v1/admin-links/redemptions', { method: 'POST', body: { token } })
}

/** The password of everybody whom tests sign up. */
export const PASSWORD = 'a long and quiet passphrase'

/** A person of their own: signed up, confirmed by the link in the mail, with rights over nothing yet. */
export async function signUp(system: RunningSystem): Promise<Session> {
  const email = `${randomUUID().slice(0, 12)}@example.org`
  const account = { email, password: PASSWORD, name: 'Owner', locale: 'en' }
  await must(system, 'accounts/v1/users', { method: 'POST', body: account })
  const mail = await eventually(async () => (await mailsTo(system, email))[0] ?? false)
  const token = /token=([\w-]+)/.exec(mail.text)?.[1]
  await must(system, 'accounts/v1/email-confirmations', { method: 'POST', body: { token } })
  return must<Session>(system, 'accounts/v1/sessions', { method: 'POST', body: { email, password: PASSWORD } })
}

/** Fetches new tokens, as clients do when rights have changed or ten minutes have passed. */
export async function refresh(system: RunningSystem, session: Session): Promise<void> {
  const body = { refreshToken: session.refreshToken }
  Object.assign(session, await must<Session>(system, 'accounts/v1/sessions/refresh', { method: 'POST', body }))
}

export interface Sale {
  organizerId: string
  eventId: string
  ticketTypeId: string
  title: string
}

/** An organizer with one published event that has one ticket type on sale. */
export async function openSale(
  system: RunningSystem,
  owner: Session,
  { priceMinor = 2_500, capacity = 100, title = 'Concert under test' } = {},
): Promise<Sale> {
  const organizer = await must<{ id: string }>(system, 'accounts/v1/organizers', {
    method: 'POST',
    token: owner.accessTokens.accounts,
    body: { name: `Organizer ${randomUUID().slice(0, 8)}` },
  })
  // A new membership makes older tokens stale; clients fetch new ones.
  await refresh(system, owner)
  const event = await must<{ id: string }>(system, 'events/v1/events', {
    method: 'POST',
    token: owner.accessTokens.events,
    body: {
      organizerId: organizer.id,
      title: { en: title, fr: `${title} (fr)` },
      description: { en: 'A **good** evening.', fr: 'Une **bonne** soirée.' },
      startsAt: new Date(Date.now() + 30 * 86_400_000).toISOString(),
      endsAt: new Date(Date.now() + 30 * 86_400_000 + 7_200_000).toISOString(),
      timeZone: 'Europe/Paris',
      venue: { name: 'La Salle', address: '1 rue de la Paix', city: 'Paris', country: 'FR', online: false },
      category: 'concert',
    },
  })
  await must(system, `events/v1/events/${event.id}/publication`, { method: 'POST', token: owner.accessTokens.events })
  const type = await must<{ id: string }>(system, `tickets/v1/events/${event.id}/ticket-types`, {
    method: 'POST',
    token: owner.accessTokens.tickets,
    body: { name: { en: 'Standard', fr: 'Standard' }, priceMinor, currency: 'EUR', capacity },
  })
  // Publication reaches tickets by a message: on sale is a matter of a moment.
  await eventually(async () => {
    const types = await must<{ items: { availability: string }[] }>(
      system,
      `tickets/v1/events/${event.id}/ticket-types`,
    )
    return types.items[0]?.availability === 'on-sale'
  })
  return { organizerId: organizer.id, eventId: event.id, ticketTypeId: type.id, title }
}

/** Another ticket type of an event that is on sale. */
export async function addTicketType(
  system: RunningSystem,
  admin: Session,
  sale: Sale,
  terms: Record<string, unknown> & { name: string },
): Promise<string> {
  const { id } = await must<{ id: string }>(system, `tickets/v1/events/${sale.eventId}/ticket-types`, {
    method: 'POST',
    token: admin.accessTokens.tickets,
    body: { priceMinor: 2_500, currency: 'EUR', capacity: 100, ...terms, name: { en: terms.name, fr: terms.name } },
  })
  return id
}

/** Changes the terms of a ticket type, as its organizer. */
export async function changeTicketType(
  system: RunningSystem,
  admin: Session,
  sale: Sale,
  id: string,
  terms: Record<string, unknown>,
): Promise<void> {
  const token = admin.accessTokens.tickets
  const types = await must<{ items: { id: string; version: number }[] }>(
    system,
    `tickets/v1/events/${sale.eventId}/ticket-types`,
    { token },
  )
  const version = types.items.find((type) => type.id === id)?.version ?? 0
  await must(system, `tickets/v1/ticket-types/${id}`, {
    method: 'PATCH',
    token,
    headers: { 'if-match': `"v${version}"` },
    body: terms,
  })
}

export async function addPromoCode(
  system: RunningSystem,
  admin: Session,
  sale: Sale,
  terms: Record<string, unknown>,
): Promise<void> {
  await must(system, `tickets/v1/events/${sale.eventId}/promo-codes`, {
    method: 'POST',
    token: admin.accessTokens.tickets,
    body: terms,
  })
}

export interface Order {
  id: string
  secret: string
  state: string
  totalMinor: number
  tickets: { id: string; code: string }[]
  payment?: { state: string }
}

export interface BuyOptions {
  email: string
  quantity?: number
  locale?: 'en' | 'fr'
  token?: string
}

/** Holds tickets as a guest, or as the bearer of a token. */
export async function hold(
  system: RunningSystem,
  sale: Sale,
  { email, quantity = 1, locale = 'en', token }: BuyOptions,
): Promise<Order> {
  return must<Order>(system, 'tickets/v1/orders', {
    method: 'POST',
    ...(token ? { token } : {}),
    headers: { 'idempotency-key': randomUUID() },
    body: {
      eventId: sale.eventId,
      lines: [{ ticketTypeId: sale.ticketTypeId, quantity }],
      buyer: { name: 'Camille Martin', email },
      locale,
    },
  })
}

/** Begins to pay a held order; the address of the provider's page, or the empty string when nothing is to be paid. */
export async function startPayment(system: RunningSystem, order: Order): Promise<string> {
  const payment = await must<{ redirectUrl: string | null }>(system, `tickets/v1/orders/${order.id}/payments`, {
    method: 'POST',
    headers: { 'order-secret': order.secret, 'idempotency-key': randomUUID() },
    body: {
      provider: order.totalMinor === 0 ? 'free' : 'simulated',
      returnUrl: `${system.publicUrl}/en/orders/${order.id}?key=${order.secret}`,
    },
  })
  return payment.redirectUrl ?? ''
}

/** Buys from hold to confirmation, paying on the provider's hosted page. */
export async function buy(system: RunningSystem, sale: Sale, options: BuyOptions): Promise<Order> {
  const order = await hold(system, sale, options)
  const page = await startPayment(system, order)
  if (page) await payOnHostedPage(page)
  return eventually(async () => {
    const now = await must<Order>(system, `tickets/v1/orders/${order.id}`, {
      headers: { 'order-secret': order.secret },
    })
    return now.state === 'confirmed' && { ...now, secret: order.secret }
  })
}

/** Presses a button of the provider's hosted page, as a browser without scripts does. */
export async function payOnHostedPage(
  url: string,
  act: 'pay' | 'decline' | 'abandon' | 'pay-slowly' = 'pay',
): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams({ act }), redirect: 'manual' })
  if (response.status !== 303) throw new Error(`The provider answered ${response.status}`)
}

export interface Mail {
  id: string
  messageId: string
  to: string[]
  subject: string
  text: string
  html: string
}

/** The mails that the inbox has received for an address, oldest first. */
export async function mailsTo(system: RunningSystem, email: string): Promise<Mail[]> {
  const response = await fetch(`${system.url('inbox')}/messages?to=${encodeURIComponent(email)}`)
  const { items } = (await response.json()) as { items: Mail[] }
  // The inbox seeks anywhere in an address: reader@ would find pages.reader@ as well.
  return items.filter(({ to }) => to.includes(email)).reverse()
}

/** The link in a mail's text that leads to a kind of page. */
export function linkIn(text: string, page: 'orders' | 'waiting-list'): string {
  const link = new RegExp(`https?://\\S+/(en|fr)/${page}/\\S+`).exec(text)?.[0]
  if (!link) throw new Error(`The mail has no link to ${page}:\n${text}`)
  return link
}
