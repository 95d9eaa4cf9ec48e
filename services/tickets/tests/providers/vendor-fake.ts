import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Fault, Operation } from './contract.ts'

export interface Call {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  body: string
}

export interface Answer {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

export interface VendorServer {
  url: string
  /** All that was asked, oldest first. */
  calls: Call[]
  /** Hits the next call of that kind, once. */
  fault(operation: Operation, fault: Fault | 'error-before'): void
  stop(): Promise<void>
}

/**
 * A payment vendor on the loopback, with the faults of the network between. `keep` makes the answer the one that a repetition
 * of the same request gets, as the vendor's idempotency has it.
 */
export async function startVendor(vendor: {
  operationOf(call: Call): Operation | undefined
  answer(call: Call): Answer
  keep?(call: Call, answer: Answer): void
  serverError: unknown
  tooMany: unknown
}): Promise<VendorServer> {
  const calls: Call[] = []
  const planned = new Map<Operation, Fault | 'error-before'>()

  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => handle(callOf(request, body), response))
  })

  function handle(call: Call, response: ServerResponse): void {
    calls.push(call)
    const operation = vendor.operationOf(call)
    const fault = operation && planned.get(operation)
    if (operation) planned.delete(operation)
    const result = fault ? answerUnder(fault, call) : vendor.answer(call)
    if (result) send(response, result)
  }

  /** Undefined: whoever asked waits for nothing. */
  function answerUnder(fault: Fault | 'error-before', call: Call): Answer | undefined {
    if (fault === 'lost-before') return undefined
    if (fault === 'too-many') return { status: 429, body: vendor.tooMany }
    if (fault !== 'error-before') vendor.answer(call)
    if (fault === 'lost-after') return undefined
    const failure = { status: 500, body: vendor.serverError }
    vendor.keep?.(call, failure)
    return failure
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    fault: (operation, fault) => void planned.set(operation, fault),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function callOf(request: IncomingMessage, body: string): Call {
  const url = new URL(request.url ?? '/', 'http://vendor')
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body,
  }
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}

const ISO_DECIMALS: Record<string, number> = { JPY: 0, ISK: 0, UGX: 0, VND: 0, XOF: 0, KWD: 3, JOD: 3 }

/** A vendor's amount, given as it would print it, in ISO 4217 minor units: what the journal of a fake says. */
export function minorOf(printed: string, currency: string): number {
  const [whole = '0', fraction = ''] = printed.split('.')
  const decimals = ISO_DECIMALS[currency] ?? 2
  return Number(whole + fraction.padEnd(decimals, '0').slice(0, decimals))
}
