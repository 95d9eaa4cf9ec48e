import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createSocketServer } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type Children, stopChildren } from '../src/children.ts'
import { type SendHttp, startHttpLoad } from '../src/http-load.ts'
import { ResponseReader } from '../src/http-response.ts'

const children: Children = []
let send: SendHttp
let server: Server | undefined

beforeAll(() => {
  send = startHttpLoad(children)
})
afterAll(() => stopChildren(children))
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function serve(answer: RequestListener): Promise<string> {
  server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const orders = (origin: string, requestsMax: number) => ({
  ...{ origin, method: 'POST' as const, path: '/orders', bodies: ['{"name":"Zoë"}', '{"name":"Ada"}'] },
  ...{ connections: 3, seconds: 60, wanted: 201, requestsMax },
})

it('sends whole requests, each with a key of its own, over connections that stay', async () => {
  const keys = new Set<string>()
  const bodies: Record<string, number> = {}
  const sockets = new Set<unknown>()
  const origin = await serve(async (request, response) => {
    keys.add(String(request.headers['idempotency-key']))
    sockets.add(request.socket)
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    bodies[body] = (bodies[body] ?? 0) + 1
    response.writeHead(201, { 'content-length': 2 }).end('{}')
  })
  expect(await send(orders(origin, 300))).toMatchObject({ acknowledged: 300, refused: {} })
  expect(keys.size).toBe(300)
  expect(bodies).toEqual({ '{"name":"Zoë"}': 150, '{"name":"Ada"}': 150 })
  expect(sockets.size).toBe(3)
})

it('counts every status, of answers in one piece, in chunks and without a body', async () => {
  let number = 0
  const origin = await serve((_request, response) => {
    const turn = number++ % 4
    if (turn === 0) response.writeHead(201).write('{"id":')
    if (turn === 0) response.end('1}')
    if (turn === 1) response.writeHead(409, { 'content-length': 3 }).end('no!')
    if (turn === 2) response.writeHead(304).end()
    if (turn === 3) response.writeHead(503, { 'retry-after': '1' }).end('later')
  })
  const load = await send({ ...orders(origin, 400), connections: 1 })
  expect(load).toMatchObject({ acknowledged: 100, refused: { 304: 100, 409: 100, 503: 100 } })
})

it('connects again when the server closes, and loses no answer by it', async () => {
  const sockets = new Set<unknown>()
  let answered = 0
  const origin = await serve((request, response) => {
    sockets.add(request.socket)
    answered += 1
    if (answered % 5 === 0) response.setHeader('connection', 'close')
    response.writeHead(201).end('{}')
  })
  expect(await send(orders(origin, 100))).toMatchObject({ acknowledged: 100, refused: {} })
  expect(answered).toBe(100)
  expect(sockets.size).toBeGreaterThanOrEqual(20)
})

it('counts a connection cut before its answer as an error, and goes on', async () => {
  let number = 0
  const origin = await serve((request, response) => {
    if (number++ === 4) request.socket.destroy()
    else response.writeHead(201).end('{}')
  })
  const load = await send(orders(origin, 30))
  expect(load.acknowledged).toBe(29)
  expect(Object.values(load.refused)).toEqual([1])
})

it('counts requests that nobody answers', async () => {
  const origin = await serve(() => {})
  server?.close()
  await once(server as Server, 'close')
  expect(await send({ ...orders(origin, 3), connections: 1 })).toMatchObject({
    acknowledged: 0,
    refused: { ECONNREFUSED: 3 },
  })
})

it('answers for every request of an open loop, with its time from when it was due', async () => {
  let held: (() => void)[] = []
  const origin = await serve((_request, response) => {
    held.push(() => response.writeHead(201).end('{}'))
    // Two connections for twenty a second, and ten answers a second: the others wait for a connection, and that counts.
    if (held.length < 2) return
    const ready = held
    held = []
    setTimeout(() => {
      for (const answer of ready) answer()
    }, 200)
  })
  const load = await send({ ...orders(origin, 0), connections: 2, seconds: 1, ratePerSecond: 20, warmUpMs: 0 })
  expect(load).toMatchObject({ acknowledged: 20, refused: {} })
  expect(load.lateP99Ms).toBeGreaterThan(200)
})

it('reads an answer however its bytes are cut, and nothing else', () => {
  const chunked =
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5;x=1\r\ndefgh\r\n0\r\nTrail: er\r\n\r\n'
  const sized =
    'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 8\r\n\r\nabcdefgh'
  for (const [text, status, closes] of [
    [chunked, 200, false],
    [sized, 201, true],
  ] as const) {
    for (let cut = 1; cut < text.length; cut++) {
      const reader = new ResponseReader()
      expect(reader.read(Buffer.from(text.slice(0, cut)))).toBeUndefined()
      const answer = reader.read(Buffer.from(text.slice(cut)))
      expect({ ...answer, body: String(answer?.body) }).toEqual({ status, body: 'abcdefgh', closes })
    }
  }
  const reader = new ResponseReader()
  expect(reader.read(Buffer.from('HTTP/1.0 200 OK\r\n\r\nabc'))).toBeUndefined()
  expect(reader.end()).toMatchObject({ status: 200, closes: true })
  expect(() => new ResponseReader().read(Buffer.from('SSH-2.0-x\r\n\r\n'))).toThrow('no HTTP')
  expect(() => new ResponseReader().read(Buffer.from(`${sized}x`))).toThrow('More bytes')
})

it('takes half an answer for none', async () => {
  const cutter = createSocketServer((socket) => {
    socket.on('data', () => socket.end('HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nab'))
  }).listen(0, '127.0.0.1')
  await once(cutter, 'listening')
  const origin = `http://127.0.0.1:${(cutter.address() as AddressInfo).port}`
  expect(await send(orders(origin, 6))).toMatchObject({ acknowledged: 0, refused: { closed: 6 } })
  cutter.close()
})
