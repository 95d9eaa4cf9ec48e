import { randomUUID } from 'node:crypto'
import { eventually } from '@guichet/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Attempt, make, type Service } from '../attempt.ts'
import {
  type Answer,
  buy,
  call,
  hold,
  linkIn,
  mailsTo,
  must,
  type Order,
  openSale,
  refresh,
  type Sale,
  type Session,
  signUp,
} from '../client.ts'
import { joinSystem } from '../join-system.ts'
import type { RunningSystem } from '../system.ts'
import { addWebhook, type Webhook, webhookAttempts } from '../webhook-attempts.ts'

// S-31: the owner of one organizer tries every object of another, over the whole system and every service at once.

const NOBODY = '01h455vb4pex5vsknk084sn02q'
const TEMPLATE = 'templates/order-confirmation/en'
const MAIL_WORDS = { subject: 'Taken over', preheader: '', title: 'Taken over', body: 'Taken over' }
let system: RunningSystem
let them: Session
let theirs: Sale
let mine: Sale
let order: Order
let deliveryId: string
let allotmentId: string
let promoCodeId: string
let entryId: string
let webhook: Webhook
let owner: Session

/** Somebody who owns one other organizer. */
async function newOwner(): Promise<{ session: Session; organizerId: string }> {
  const session = await signUp(system)
  const organizer = await must<{ id: string }>(system, 'accounts/v1/organizers', {
    method: 'POST',
    token: session.accessTokens.accounts,
    body: { name: 'The others' },
  })
  await refresh(system, session)
  return { session, organizerId: organizer.id }
}

/** Somebody who waits for a sold-out type of theirs; the id of the entry, from the link in the mail. */
async function joinSoldOut(): Promise<string> {
  const type = await must<{ id: string }>(system, `tickets/v1/events/${theirs.eventId}/ticket-types`, {
    method: 'POST',
    token: them.accessTokens.tickets,
    body: { name: { en: 'Sold out' }, priceMinor: 0, currency: 'EUR', capacity: 1 },
  })
  await hold(system, { ...theirs, ticketTypeId: type.id }, { email: 'has.it@example.org' })
  const email = 'authorization.waits@example.org'
  const body = { ticketTypeId: type.id, email }
  await must(system, `tickets/v1/events/${theirs.eventId}/waiting-list`, { method: 'POST', body })
  const mail = await eventually(async () => (await mailsTo(system, email))[0] ?? false)
  return new URL(linkIn(mail.text, 'waiting-list')).pathname.split('/').at(-1) ?? ''
}

/** Something more of their event; its id. */
async function makeTheirs(what: 'allotments' | 'promo-codes', body: object): Promise<string> {
  const path = `tickets/v1/events/${theirs.eventId}/${what}`
  return (await must<{ id: string }>(system, path, { method: 'POST', token: them.accessTokens.tickets, body })).id
}

beforeAll(async () => {
  system = await joinSystem()
  them = await signUp(system)
  theirs = await openSale(system, them)
  order = await buy(system, theirs, { email: 'victim@example.org' })
  deliveryId = await eventually(async () => {
    const deliveries = await must<{ items: { id: string }[] }>(
      system,
      `notifications/v1/deliveries?organizerId=${theirs.organizerId}&orderId=${order.id}`,
      { token: them.accessTokens.notifications },
    )
    return deliveries.items[0]?.id ?? false
  })
  entryId = await joinSoldOut()
  allotmentId = await makeTheirs('allotments', { kind: 'event', capacity: 5_000 })
  promoCodeId = await makeTheirs('promo-codes', { code: 'THEIRS', discountPercent: 10 })
  webhook = await addWebhook(system, them, theirs.organizerId)
  const { session, organizerId } = await newOwner()
  owner = session
  mine = { ...theirs, organizerId }
})

function attempts(): Attempt[] {
  const event = { theirs: theirs.eventId, nobodys: `evt_${NOBODY}` }
  const type = { theirs: theirs.ticketTypeId, nobodys: `typ_${NOBODY}` }
  const allotment = { theirs: allotmentId, nobodys: `alo_${NOBODY}` }
  const promoCode = { theirs: promoCodeId, nobodys: `pro_${NOBODY}` }
  const entry = { theirs: entryId, nobodys: `wle_${NOBODY}` }
  const organizer = { theirs: theirs.organizerId, nobodys: `org_${NOBODY}` }
  const theirOrder = { theirs: order.id, nobodys: `ord_${NOBODY}` }
  const ticketId = order.tickets[0]?.id ?? ''
  const ticket = { theirs: ticketId, nobodys: `tkt_${NOBODY}` }
  const holder = (id: string) => `orders/${id}/tickets/${ticketId}/holder`
  const delivery = { theirs: deliveryId, nobodys: `dlv_${NOBODY}` }
  const match = { headers: { 'if-match': '*' } }
  const key = { headers: { 'idempotency-key': randomUUID() } }
  const draft = {
    title: { en: 'Taken over' },
    startsAt: '2030-01-01T10:00:00Z',
    endsAt: '2030-01-01T12:00:00Z',
    timeZone: 'Europe/Paris',
    venue: { online: true },
    category: 'concert',
  }
  return [
    make('updateOrganizer', 'accounts', 'PATCH', (id) => `organizers/${id}`, organizer, {
      body: { name: 'Mine now' },
      ...match,
    }),
    make('listMembers', 'accounts', 'GET', (id) => `organizers/${id}/members`, organizer),
    make('addMember', 'accounts', 'POST', (id) => `organizers/${id}/members`, organizer, {
      body: { email: owner.user.email, role: 'owner' },
    }),
    make('changeMemberRole', 'accounts', 'PATCH', (id) => `organizers/${id}/members/${them.user.id}`, organizer, {
      body: { role: 'viewer' },
    }),
    make('removeMember', 'accounts', 'DELETE', (id) => `organizers/${id}/members/${them.user.id}`, organizer),
    make('updateEvent', 'events', 'PATCH', (id) => `events/${id}`, event, {
      body: { title: { en: 'Taken over' } },
      ...match,
    }),
    make('deleteEvent', 'events', 'DELETE', (id) => `events/${id}`, event, match),
    make('publishEvent', 'events', 'POST', (id) => `events/${id}/publication`, event),
    make('cancelEvent', 'events', 'POST', (id) => `events/${id}/cancellation`, event, { body: {} }),
    make('importEvent', 'events', 'PUT', (id) => `organizers/${id}/imported-events/ref-1`, organizer, {
      body: { ...draft, publish: true },
    }),
    make('createTicketType', 'tickets', 'POST', (id) => `events/${id}/ticket-types`, event, {
      body: { name: { en: 'Free for all' }, priceMinor: 0, currency: 'EUR', capacity: 1_000 },
    }),
    make('updateTicketType', 'tickets', 'PATCH', (id) => `ticket-types/${id}`, type, {
      body: { priceMinor: 1 },
      ...match,
    }),
    make('deleteTicketType', 'tickets', 'DELETE', (id) => `ticket-types/${id}`, type),
    make('listAllotments', 'tickets', 'GET', (id) => `events/${id}/allotments`, event),
    make('createAllotment', 'tickets', 'POST', (id) => `events/${id}/allotments`, event, {
      body: { kind: 'event', capacity: 1 },
    }),
    make('updateAllotment', 'tickets', 'PATCH', (id) => `allotments/${id}`, allotment, {
      body: { capacity: 1 },
      ...match,
    }),
    make('deleteAllotment', 'tickets', 'DELETE', (id) => `allotments/${id}`, allotment),
    make('listPromoCodes', 'tickets', 'GET', (id) => `events/${id}/promo-codes`, event),
    make('createPromoCode', 'tickets', 'POST', (id) => `events/${id}/promo-codes`, event, {
      body: { code: 'MINE', discountPercent: 100 },
    }),
    make('updatePromoCode', 'tickets', 'PATCH', (id) => `promo-codes/${id}`, promoCode, {
      body: { discountPercent: 100 },
      ...match,
    }),
    make('deletePromoCode', 'tickets', 'DELETE', (id) => `promo-codes/${id}`, promoCode),
    make('listEventOrders', 'tickets', 'GET', (id) => `events/${id}/orders`, event),
    make('getEventSales', 'tickets', 'GET', (id) => `events/${id}/sales`, event),
    make('listWaitingEntries', 'tickets', 'GET', (id) => `events/${id}/waiting-list`, event),
    make('getWaitingEntry', 'tickets', 'GET', (id) => `waiting-entries/${id}`, entry),
    make('leaveWaitingList', 'tickets', 'DELETE', (id) => `waiting-entries/${id}`, entry),
    ...(['getOrder', 'cancelOrder', 'refundOrder', 'extendOrder', 'updateOrder', 'checkPayment'] as const).map(
      (operation) => {
        const parts = {
          getOrder: ['GET', ''],
          cancelOrder: ['POST', '/cancellation'],
          refundOrder: ['POST', '/refunds'],
          extendOrder: ['POST', '/extension'],
          updateOrder: ['PATCH', ''],
          checkPayment: ['POST', '/payment-check'],
        } as const
        const [method, tail] = parts[operation]
        return make(operation, 'tickets', method, (id) => `orders/${id}${tail}`, theirOrder, {
          ...(operation === 'updateOrder' ? { body: { buyer: { name: 'Thief', email: 'thief@example.org' } } } : {}),
          ...(operation === 'refundOrder' ? { body: {}, ...key } : {}),
        })
      },
    ),
    make('listTemplates', 'notifications', 'GET', (id) => `organizers/${id}/templates`, organizer),
    make('getTemplate', 'notifications', 'GET', (id) => `organizers/${id}/${TEMPLATE}`, organizer),
    make('saveTemplate', 'notifications', 'PUT', (id) => `organizers/${id}/${TEMPLATE}`, organizer, {
      ...match,
      body: MAIL_WORDS,
    }),
    make('resetTemplate', 'notifications', 'DELETE', (id) => `organizers/${id}/${TEMPLATE}`, organizer),
    make('previewTemplate', 'notifications', 'POST', (id) => `organizers/${id}/${TEMPLATE}/preview`, organizer, {
      body: MAIL_WORDS,
    }),
    make('testTemplate', 'notifications', 'POST', (id) => `organizers/${id}/${TEMPLATE}/test`, organizer, {
      body: MAIL_WORDS,
    }),
    make('getMailSettings', 'notifications', 'GET', (id) => `organizers/${id}/mail-settings`, organizer),
    make('saveMailSettings', 'notifications', 'PUT', (id) => `organizers/${id}/mail-settings`, organizer, {
      ...match,
      body: { senderName: null, replyTo: null, accent: null, footer: {}, postalAddress: null },
    }),
    make('getTicketsPdf', 'tickets', 'GET', (id) => `orders/${id}/tickets.pdf`, theirOrder),
    ...webhookAttempts(organizer, webhook, NOBODY),
    make('getDelivery', 'notifications', 'GET', (id) => `deliveries/${id}`, delivery),
    make('retryDelivery', 'notifications', 'POST', (id) => `deliveries/${id}/retry`, delivery),
    make('resendDelivery', 'notifications', 'POST', (id) => `deliveries/${id}/resend`, delivery),
    make('listAttempts', 'notifications', 'GET', (id) => `deliveries/${id}/attempts`, delivery),
    make('listOrderMessages', 'notifications', 'GET', (id) => `orders/${id}/messages`, theirOrder),
    make('resendConfirmation', 'notifications', 'POST', (id) => `orders/${id}/confirmation`, theirOrder),
    make('listRecipientChanges', 'tickets', 'GET', (id) => `orders/${id}/recipient-changes`, theirOrder),
    make('passOnTicket', 'tickets', 'PUT', holder, theirOrder, {
      body: { name: 'Mallory', email: 'mallory@example.org' },
    }),
    make('takeBackTicket', 'tickets', 'DELETE', holder, theirOrder),
    make('getTicket', 'tickets', 'GET', (id) => `tickets/${id}`, ticket),
    make('getTicketPdf', 'tickets', 'GET', (id) => `tickets/${id}/ticket.pdf`, ticket),
    make('correctBuyerEmail', 'tickets', 'PUT', (id) => `orders/${id}/buyer-email`, theirOrder, {
      body: { email: 'mallory@example.org' },
    }),
  ]
}

const send = ({ service, method, body, headers = {} }: Attempt, path: string, token?: string) =>
  call(system, `${service}/v1/${path}`, {
    method,
    headers,
    ...(token ? { token } : {}),
    ...(body === undefined ? {} : { body }),
  })
/** A problem without what is different each time. */
const bare = ({ status, body }: Answer) => ({ status, body: { ...body, instance: '' } })

async function snapshot(): Promise<unknown> {
  const event = await must<Record<string, unknown>>(system, `events/v1/events/${theirs.eventId}`)
  const types = await must<{ items: unknown[] }>(system, `tickets/v1/events/${theirs.eventId}/ticket-types`)
  const now = await must<Record<string, unknown>>(system, `tickets/v1/orders/${order.id}`, {
    headers: { 'order-secret': order.secret },
  })
  const [allotments, promoCodes] = await Promise.all(
    ['allotments', 'promo-codes'].map((what) =>
      must(system, `tickets/v1/events/${theirs.eventId}/${what}`, { token: them.accessTokens.tickets }),
    ),
  )
  const members = await must(system, `accounts/v1/organizers/${theirs.organizerId}/members`, {
    token: them.accessTokens.accounts,
  })
  return { event, types: types.items, order: now, members, allotments, promoCodes }
}

describe('another organizer’s objects', () => {
  it('are the same 404 as nothing for every operation of every service, and stay as they were', async () => {
    const before = await snapshot()
    for (const attempt of attempts()) {
      const token = owner.accessTokens[attempt.service]
      const foreign = bare(await send(attempt, attempt.theirs, token))
      expect(foreign.status, `${attempt.operation}: ${JSON.stringify(foreign.body)}`).toBe(404)
      expect(foreign, attempt.operation).toEqual(bare(await send(attempt, attempt.nobodys, token)))
    }
    expect(await snapshot()).toEqual(before)
  })

  it('are shut for nobody at all: 401, or the same 404 where a secret would open', async () => {
    for (const attempt of attempts()) {
      const answer = await send(attempt, attempt.theirs)
      expect([401, 404], attempt.operation).toContain(answer.status)
    }
  })

  it('cannot be reached through one’s own: ids of another organizer in a body or a list change and show nothing', async () => {
    const token = owner.accessTokens.events
    const created = await call(system, 'events/v1/events', {
      method: 'POST',
      token,
      body: {
        organizerId: theirs.organizerId,
        title: { en: 'Planted' },
        startsAt: '2030-01-01T10:00:00Z',
        endsAt: '2030-01-01T12:00:00Z',
        timeZone: 'Europe/Paris',
        venue: { online: true },
        category: 'concert',
      },
    })
    expect(created.status).toBe(404)
    const other = await openSale(system, them, { priceMinor: 100 })
    const mixed = await call(system, 'tickets/v1/orders', {
      method: 'POST',
      headers: { 'idempotency-key': randomUUID() },
      body: { eventId: theirs.eventId, lines: [{ ticketTypeId: other.ticketTypeId, quantity: 1 }] },
    })
    expect([400, 404, 409, 422]).toContain(mixed.status)
    const deliveries = await call(
      system,
      `notifications/v1/deliveries?organizerId=${mine.organizerId}&orderId=${order.id}`,
      {
        token: owner.accessTokens.notifications,
      },
    )
    expect(deliveries).toMatchObject({ status: 200, body: { items: [] } })
    const foreign = await call(system, `notifications/v1/deliveries?organizerId=${theirs.organizerId}`, {
      token: owner.accessTokens.notifications,
    })
    expect(foreign.status).toBe(404)
  })

  it('S-33: fields that only the server may set are refused by name, everywhere', async () => {
    const fields = {
      role: 'admin',
      isAdmin: true,
      emailVerified: true,
      status: 'published',
      totalMinor: 1,
      sold: 0,
      userId: owner.user.id,
      createdAt: '2020-01-01T00:00:00Z',
    }
    const bodies: [Service, string, string, Record<string, unknown>][] = [
      [
        'accounts',
        'POST',
        'users',
        { email: 'x@example.org', password: 'a long and quiet passphrase', name: 'X', locale: 'en' },
      ],
      ['accounts', 'PATCH', 'users/me', { name: 'X' }],
      [
        'events',
        'POST',
        'events',
        {
          organizerId: mine.organizerId,
          title: { en: 'X' },
          startsAt: '2030-01-01T10:00:00Z',
          endsAt: '2030-01-01T12:00:00Z',
          timeZone: 'Europe/Paris',
          venue: { online: true },
          category: 'concert',
        },
      ],
      [
        'tickets',
        'POST',
        'orders',
        { eventId: theirs.eventId, lines: [{ ticketTypeId: theirs.ticketTypeId, quantity: 1 }] },
      ],
    ]
    for (const [service, method, path, body] of bodies) {
      for (const [field, value] of Object.entries(fields)) {
        const answer = await call<{ errors: { pointer: string }[] }>(system, `${service}/v1/${path}`, {
          method,
          token: owner.accessTokens[service],
          headers: { 'idempotency-key': randomUUID(), 'if-match': '*' },
          body: { ...body, [field]: value },
        })
        expect([400, 422], `${service} ${path} ${field}`).toContain(answer.status)
        expect(
          answer.body.errors.map((error) => error.pointer),
          `${service} ${path} ${field}`,
        ).toContain(`/${field}`)
      }
    }
  })
})
