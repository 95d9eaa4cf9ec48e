import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { freePort } from '@guichet/testkit'

export type ProviderCall = 'open' | 'find' | 'close' | 'refund'

interface Snare {
  call: ProviderCall
  /** `before`: the request never arrives. `after`: it is done, and its answer never arrives. */
  point: 'before' | 'after'
  caught(): void
}

/** Stands between the service and the payment provider and passes everything on, until a snare is set: that call then hangs for good. */
export async function startProviderProxy(targetUrl: string) {
  const port = await freePort()
  let snare: Snare | undefined
  let refusing = false

  const server = createServer(async (request, response) => {
    if (refusing) return request.socket.destroy()
    const set = snare && snare.call === callOf(request) ? snare : undefined
    if (set) snare = undefined
    if (set?.point === 'before') return set.caught()
    await forward(targetUrl, request, response, set?.caught)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${port}`,
    /** Resolves when a call is caught in it. */
    snare: (call: ProviderCall, point: Snare['point']) =>
      new Promise<void>((caught) => {
        snare = { call, point, caught }
      }),
    /** Whether nobody gets through. */
    refuse(now: boolean) {
      refusing = now
    },
    async stop(): Promise<void> {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type ProviderProxy = Awaited<ReturnType<typeof startProviderProxy>>

function callOf({ method, url = '' }: IncomingMessage): ProviderCall {
  if (method === 'GET') return 'find'
  if (url.endsWith('/refunds')) return 'refund'
  return url.endsWith('/expiry') ? 'close' : 'open'
}

async function forward(
  targetUrl: string,
  request: IncomingMessage,
  response: ServerResponse,
  swallow?: () => void,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const names = ['authorization', 'content-type', 'idempotency-key'] as const
  const headers = Object.fromEntries(
    names.flatMap((name) => (typeof request.headers[name] === 'string' ? [[name, request.headers[name]]] : [])),
  )
  try {
    const answer = await fetch(targetUrl + request.url, {
      method: request.method ?? 'GET',
      headers,
      body: chunks.length > 0 ? Buffer.concat(chunks) : null,
    })
    const body = Buffer.from(await answer.arrayBuffer())
    if (swallow) return swallow()
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' })
    response.end(body)
  } catch {
    response.destroy()
  }
}
