// tickets and accounts as notifications sees them: whatever order is asked for is there, confirmed, with two tickets.
import { createServer } from 'node:http'

const order = (id: string) => ({
  id,
  number: '2026-000042',
  eventId: 'evt_01kanw8f7re8ksz8zkz3q2x4vd',
  event: {
    title: { en: 'Night at the Opera', fr: 'Nuit à l’Opéra' },
    startsAt: '2027-03-13T19:30:00.000Z',
    endsAt: '2027-03-13T22:00:00.000Z',
    timeZone: 'Europe/Paris',
    venue: { name: 'Opéra Garnier', address: '8 rue Scribe', city: 'Paris', country: 'FR', online: false },
    status: 'published',
  },
  organizerId: 'org_01kanw8f7re8ksz8zkz3q2x4ve',
  state: 'confirmed',
  lines: [{ ticketTypeId: 'typ_1', name: { en: 'Stalls' }, quantity: 2, unitPriceMinor: 4_500, totalMinor: 9_000 }],
  totalMinor: 9_000,
  currency: 'EUR',
  buyer: {
    name: 'Zoë Lefèvre',
    email: `zoe.${id.slice(-12)}@mail${Number.parseInt(id.slice(-2), 36) % 20}.example.org`,
  },
  locale: 'fr',
  secret: 'the-secret_of-the-order',
  tickets: [1, 2].map((index) => ({
    id: `tkt_${index}`,
    typeName: { en: 'Stalls' },
    holderName: null,
    state: 'valid',
  })),
})

const server = createServer((request, response) => {
  request.resume()
  const path = new URL(request.url ?? '/', 'http://peer').pathname
  const body =
    path === '/oauth/token'
      ? { access_token: 'of-a-bench', token_type: 'Bearer', expires_in: 3_600 }
      : order(path.split('/').at(-1) ?? '')
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` })
})
process.once('disconnect', () => process.exit())
