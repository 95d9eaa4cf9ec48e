import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  path: string
  headers: IncomingHttpHeaders
  body: string
  /** The parsed body. */
  event: { type: string; timestamp: string; test?: boolean; data: Record<string, unknown> }
}

/** Somebody's server that takes webhooks, over real HTTP in this process. */
export async function startReceiver() {
  const received: Received[] = []
  const receiver = {
    url: '',
    port: 0,
    received,
    /** How the next requests are answered. */
    answer: (response: ServerResponse, _path: string): void => void response.writeHead(204).end(),
    of: (path: string) => received.filter((one) => one.path === path),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const path = request.url ?? ''
    received.push({ path, headers: request.headers, body, event: JSON.parse(body || '{}') })
    receiver.answer(response, path)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  receiver.port = (server.address() as AddressInfo).port
  receiver.url = `http://127.0.0.1:${receiver.port}`
  return receiver
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>
