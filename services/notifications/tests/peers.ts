import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { newUuid, toId } from '@guichet/server'

/** An order as tickets answers it (contracts/http/tickets.yaml, getOrder for notifications). */
export type OrderAnswer = ReturnType<typeof orderAnswer>

export const PUBLIC_URL = 'http://localhost:4000'

export function orderAnswer(changes: Record<string, unknown> = {}) {
  const id = toId('ord', newUuid())
  return {
    id,
    number: '2026-000042',
    eventId: toId('evt', newUuid()),
    event: {
      title: { en: 'Night at the Opera', fr: 'Nuit à l’Opéra' },
      startsAt: '2027-03-13T19:30:00.000Z',
      endsAt: '2027-03-13T22:00:00.000Z',
      timeZone: 'Europe/Paris',
      venue: { name: 'Opéra Garnier', address: '8 rue Scribe', city: 'Paris', country: 'FR', online: false },
      status: 'published',
    },
    organizerId: toId('org', newUuid()),
    state: 'confirmed',
    lines: [
      {
        ticketTypeId: 'typ_1',
        name: { en: 'Stalls', fr: 'Orchestre' },
        quantity: 2,
        unitPriceMinor: 61725,
        totalMinor: 123450,
      },
      {
        ticketTypeId: 'typ_2',
        name: { en: 'Programme', fr: 'Programme' },
        quantity: 1,
        unitPriceMinor: 0,
        totalMinor: 0,
      },
    ],
    totalMinor: 123450,
    currency: 'EUR',
    buyer: { name: 'Zoë Lefèvre', email: `zoe.${id.slice(-10)}@example.org` } as {
      name: string
      email: string
      phone?: string
    } | null,
    locale: 'fr',
    secret: 'the-secret_of-the-order',
    tickets: [1, 2, 3].map((index) => ({
      id: `tkt_${index}`,
      typeName: index < 3 ? { en: 'Stalls', fr: 'Orchestre' } : { en: 'Programme', fr: 'Programme' },
      holderName: index === 1 ? 'Zoë Lefèvre' : null,
      code: 'GT1.not.shown',
      state: 'valid',
    })),
    ...changes,
  }
}

/** An entry of a waiting list as tickets answers it to notifications (getWaitingEntry). */
export type EntryAnswer = ReturnType<typeof entryAnswer>

export function entryAnswer(changes: Record<string, unknown> = {}) {
  const id = toId('wle', newUuid())
  const { event, eventId, organizerId } = orderAnswer()
  return {
    id,
    eventId,
    organizerId,
    event,
    ticketTypeId: toId('typ', newUuid()),
    ticketTypeName: { en: 'Stalls', fr: 'Orchestre' },
    quantity: 3,
    email: `waits.${id.slice(-10)}@example.org` as string | null,
    locale: 'fr',
    state: 'waiting',
    secret: 'the-secret_of-the-entry',
    ...changes,
  }
}

export interface LinkAnswer {
  url: string
  email: string
  name: string
  locale: string
  expiresAt: string | null
  taken?: boolean
}

export interface Peers {
  url: string
  orders: Map<string, OrderAnswer>
  entries: Map<string, EntryAnswer>
  /** By user id; the answer says what accounts minted. */
  links: Map<string, LinkAnswer>
  /** By organizer id: its owners' user ids. */
  owners: Map<string, string[]>
  /** By farewell id; accounts forgets them when it is told. */
  farewells: Map<string, { email: string; name: string; locale: string }>
  /** Called before each content answer: a status other than 200 is sent instead. */
  answer: (path: string) => number
  /** How many of an audience a page has, at most. */
  audiencePage: number
  /** Paths of content that were asked for, in order. */
  asked: string[]
  listen(): Promise<void>
  close(): Promise<void>
}

const PAGE = 3

/** What tickets and accounts answer to notifications, as their contracts say, over real HTTP in this process. */
export async function startPeers(): Promise<Peers> {
  let server: Server | undefined
  let port = 0
  const peers: Peers = {
    url: '',
    orders: new Map(),
    entries: new Map(),
    links: new Map(),
    owners: new Map(),
    farewells: new Map(),
    answer: () => 200,
    audiencePage: 1_000,
    asked: [],
    async listen() {
      server = createServer(async (request, response) => {
        const { status, body } = answerOf(peers, request, await readBody(request))
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      }).listen(port, '127.0.0.1')
      await once(server, 'listening')
      port = (server.address() as AddressInfo).port
      peers.url = `http://127.0.0.1:${port}`
    },
    async close() {
      server?.closeAllConnections()
      await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)))
    },
  }
  await peers.listen()
  return peers
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += chunk
  return body
}

function answerOf(peers: Peers, request: IncomingMessage, body: string): { status: number; body: unknown } {
  const url = new URL(request.url ?? '', 'http://peer')
  const path = url.pathname
  if (path === '/oauth/token') {
    const resource = new URLSearchParams(body).get('resource')
    return { status: 200, body: { access_token: `for-${resource}`, token_type: 'Bearer', expires_in: 300 } }
  }
  peers.asked.push(path)
  const status = peers.answer(path)
  if (status !== 200) return { status, body: { code: 'told-so', status } }
  if (path === '/v1/internal/email-links') {
    const link = peers.links.get(JSON.parse(body).userId)
    return link ? { status: 201, body: link } : { status: 404, body: { code: 'not-found' } }
  }
  const organizerId = /^\/v1\/internal\/organizers\/(org_\w+)\/owners$/.exec(path)?.[1]
  if (organizerId) {
    const owners = peers.owners.get(organizerId)
    return owners
      ? { status: 200, body: { items: owners.map((userId) => ({ userId })) } }
      : { status: 404, body: { code: 'not-found' } }
  }
  const farewell = /^\/v1\/internal\/farewells\/(fwl_\w+)$/.exec(path)?.[1]
  if (farewell) {
    const body = peers.farewells.get(farewell)
    if (request.method === 'DELETE') peers.farewells.delete(farewell)
    return body ? { status: 200, body } : { status: 404, body: { code: 'not-found' } }
  }
  const page = /^\/v1\/internal\/events\/(evt_\w+)\/orders$/.exec(path)
  if (page) {
    const orders = [...peers.orders.values()].filter((order) => order.eventId === page[1])
    const from = Number(url.searchParams.get('cursor') ?? 0)
    const nextCursor = from + PAGE < orders.length ? String(from + PAGE) : null
    return { status: 200, body: { items: orders.slice(from, from + PAGE).map(({ id }) => ({ id })), nextCursor } }
  }
  const audience = /^\/v1\/internal\/events\/(evt_\w+)\/audience(-count)?$/.exec(path)
  if (audience) {
    const holders = request.headers.prefer === 'holders'
    return audienceAnswer(peers, audience[1] ?? '', { counts: audience[2] !== undefined, holders }, url.searchParams)
  }
  const id = path.split('/').at(-1) ?? ''
  const found = path.startsWith('/v1/waiting-entries/') ? peers.entries.get(id) : peers.orders.get(id)
  return found ? { status: 200, body: found } : { status: 404, body: { code: 'not-found' } }
}

/** listAudience and countAudience of tickets, by state, language and time alone. */
function audienceAnswer(
  peers: Peers,
  eventId: string,
  { counts, holders }: { counts: boolean; holders: boolean },
  query: URLSearchParams,
) {
  const ofEvent = [...peers.orders.values()].filter((order) => order.eventId === eventId)
  if (!ofEvent.some((order) => order.organizerId === query.get('organizerId'))) {
    return { status: 404, body: { code: 'not-found' } }
  }
  const items = ofEvent
    .filter((order) => order.buyer && order.state === (query.get('orderState') ?? 'confirmed'))
    .filter((order) => !query.has('locale') || order.locale === query.get('locale'))
    .filter((order) => isConfirmedWithin(order, query.get('confirmedFrom'), query.get('confirmedBefore')))
    .sort((one, other) => (one.id < other.id ? -1 : 1))
    .flatMap((order) => [
      { orderId: order.id, ticketId: null, email: order.buyer?.email ?? '', locale: order.locale },
      ...(holders ? holdersOf(order) : []).map((holder) => ({ orderId: order.id, ...holder, locale: order.locale })),
    ])
  if (counts)
    return { status: 200, body: { orders: items.length, recipients: items.length, byLocale: { en: 0, fr: 0 } } }
  const limit = Math.min(Number(query.get('limit')), peers.audiencePage)
  const keyOf = ({ orderId, ticketId }: (typeof items)[number]) => `${orderId} ${ticketId ?? ''}`
  const after = query.get('cursor')
  const rest = items.slice(after === null ? 0 : items.findIndex((item) => keyOf(item) === after) + 1)
  const last = rest[limit - 1]
  return {
    status: 200,
    body: { items: rest.slice(0, limit), nextCursor: rest.length > limit && last ? keyOf(last) : null },
  }
}

function holdersOf({ tickets }: OrderAnswer): { ticketId: string; email: string }[] {
  return tickets.flatMap((ticket) => {
    const { holder } = ticket as { holder?: { email: string } | null }
    return holder && ticket.state === 'valid' ? [{ ticketId: ticket.id, email: holder.email }] : []
  })
}

function isConfirmedWithin(order: OrderAnswer, from: string | null, before: string | null): boolean {
  const { confirmedAt } = order as { confirmedAt?: string }
  if (confirmedAt === undefined) return from === null
  return (from === null || confirmedAt >= from) && (before === null || confirmedAt < before)
}
