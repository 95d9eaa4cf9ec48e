import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RequestEvent } from '@sveltejs/kit'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { call } from '../src/api/call.server.ts'
import { ApiError } from '../src/api/problem.ts'

/** A service on the wire that tells what it is asked. */
let asked: string[] = []
const service = createServer((request, response) => {
  asked.push(request.url ?? '')
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
})
const event = {
  params: { lang: 'en' },
  request: new Request('http://localhost/'),
  getClientAddress: () => '192.0.2.1',
} as unknown as RequestEvent

beforeAll(async () => {
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
  Object.assign(process.env, { WEB_PUBLIC_URL: url, WEB_SESSION_SECRET: 'b7Kq2vXw9zRt4Ym8Np3Ls6Jd1Fh5Gc0A' })
  for (const name of ['ACCOUNTS', 'EVENTS', 'TICKETS', 'NOTIFICATIONS']) process.env[`WEB_${name}_URL`] = url
})
beforeEach(() => {
  asked = []
})
afterAll(() => {
  service.close()
})

it('asks a service what the page means, and escapes the query', async () => {
  await call(event, 'tickets', '/v1/orders/ord_1', { query: { text: 'a&b=c', none: undefined } })
  expect(asked).toEqual(['/v1/orders/ord_1?text=a%26b%3Dc'])
})

// SvelteKit decodes the parameters of an address: /en/orders/..%2Fme%2Forders gives an id with slashes.
it.each(['../me/orders', '..\\me', '.', 'ord_1?state=held', 'ord_1#', '../../metrics'])(
  'lets no id of an address lead elsewhere: %s',
  async (id) => {
    const refused = await call(event, 'tickets', `/v1/orders/${id}`).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(ApiError)
    expect([(refused as ApiError).status, asked]).toEqual([404, []])
  },
)
