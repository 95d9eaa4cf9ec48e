import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createServiceClient, type ServiceClient } from '../src/server.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

let server: Server
let seen: { path: string; authorization: string | undefined }[]
let tokens: number
let answer: Handler
let client: ServiceClient
const make = (more: object = {}) => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return createServiceClient({
    accountsUrl: url,
    clientId: 'tickets',
    clientSecret: 's3cret',
    audience: 'events',
    baseUrl: url,
    // A machine that stops for a moment is no outage of the peer; the test of silence has a limit of its own.
    timeoutMs: 60_000,
    ...more,
  })
}

beforeEach(async () => {
  seen = []
  tokens = 0
  answer = (_request, response) => response.setHeader('content-type', 'application/json').end('{"ok":true}')
  server = createServer((request, response) => {
    if (request.url === '/oauth/token') {
      tokens += 1
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ access_token: `token-${tokens}`, expires_in: 300 }))
      return
    }
    seen.push({ path: request.url ?? '', authorization: request.headers.authorization })
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  client = make()
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const UNAVAILABLE = { code: 'unavailable' }

describe('createServiceClient', () => {
  it('calls with one token, fetched once for many calls', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, (_, index) => client(`/v1/events/${index}`)))
    expect(await answers[0]?.json()).toEqual({ ok: true })
    expect(tokens).toBe(1)
    expect(new Set(seen.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer token-1']))
  })

  it('fetches another token when the first is refused, and asks again once', async () => {
    answer = (request, response) => {
      response.statusCode = request.headers.authorization === 'Bearer token-1' ? 401 : 200
      response.end()
    }
    expect((await client('/v1/events/1')).status).toBe(200)
    expect([tokens, seen.length]).toEqual([2, 2])
    answer = (_request, response) => response.writeHead(401).end()
    expect((await client('/v1/events/1')).status).toBe(401)
    expect(seen).toHaveLength(4)
  })

  it('leaves refusals to the caller, and they do not count against the peer', async () => {
    answer = (_request, response) => response.writeHead(409).end('{"code":"event-has-orders"}')
    for (let count = 0; count < 10; count++) expect((await client('/v1/events/1')).status).toBe(409)
  })

  it('takes silence for an outage after its time limit, also in the middle of a body', async () => {
    const impatient = make({ timeoutMs: 100 })
    answer = () => undefined
    await expect(impatient('/v1/events/1')).rejects.toMatchObject(UNAVAILABLE)
    answer = (_request, response) => response.writeHead(200).write('{"half":')
    await expect(impatient('/v1/events/1')).rejects.toMatchObject(UNAVAILABLE)
  })

  it('asks a dead peer no more after five failures in a row', async () => {
    answer = (_request, response) => response.writeHead(500).end()
    for (let count = 0; count < 5; count++) await expect(client('/v1/events/1')).rejects.toMatchObject(UNAVAILABLE)
    expect(seen).toHaveLength(5)
    for (let count = 0; count < 20; count++) await expect(client('/v1/events/1')).rejects.toMatchObject(UNAVAILABLE)
    expect(seen).toHaveLength(5)
  })

  it('counts only failures in a row', async () => {
    for (let round = 0; round < 3; round++) {
      answer = (_request, response) => response.writeHead(500).end()
      for (let count = 0; count < 4; count++) await expect(client('/v1/events/1')).rejects.toMatchObject(UNAVAILABLE)
      answer = (_request, response) => response.end()
      expect((await client('/v1/events/1')).status).toBe(200)
    }
  })

  it('is unavailable, without a word of the secret, when accounts is away', async () => {
    const lost = make({ accountsUrl: 'http://127.0.0.1:1' })
    const error = await lost('/v1/events/1').catch((reason: unknown) => reason)
    expect(error).toMatchObject(UNAVAILABLE)
    expect(JSON.stringify(error)).not.toContain('s3cret')
    expect(seen).toHaveLength(0)
  })
})
