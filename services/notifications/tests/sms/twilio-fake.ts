import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export const ACCOUNT = { sid: `AC${'0'.repeat(30)}42`, token: 'auth-token-of-the-loopback' }

export type TwilioFault = '429' | '500-before' | '500-after' | 'lost-before' | 'lost-after' | 'stopped' | 'unauthorized'

export interface Call {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  body: string
}

/** Twilio's Messages resource on the loopback: keeps what it accepts, and knows no idempotency, as Twilio. */
export async function startTwilio(now: () => Date = () => new Date()) {
  const sent: { sid: string; to: string; from: string; body: string; status: string; date_created: string }[] = []
  const calls: Call[] = []
  let fault: TwilioFault | undefined

  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const url = new URL(request.url ?? '/', 'http://twilio')
    calls.push({
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body,
    })
    const answer = (status: number, json: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
    const basic = `Basic ${Buffer.from(`${ACCOUNT.sid}:${ACCOUNT.token}`).toString('base64')}`
    if (request.headers.authorization !== basic || fault === 'unauthorized') {
      return answer(401, { code: 20_003, message: 'Authenticate', status: 401 })
    }
    if (url.pathname !== `/2010-04-01/Accounts/${ACCOUNT.sid}/Messages.json`) return answer(404, { code: 20_404 })
    if (request.method === 'GET') {
      const to = url.searchParams.get('To')
      return answer(200, { messages: sent.filter((one) => !to || one.to === to).reverse() })
    }
    const ordered = fault
    fault = undefined
    if (ordered === '429') return answer(429, { code: 20_429, message: 'Too Many Requests', status: 429 })
    if (ordered === '500-before') return answer(500, { code: 20_500, message: 'Internal Server Error', status: 500 })
    if (ordered === 'lost-before') return response.destroy()
    const form = new URLSearchParams(body)
    const to = form.get('To') ?? ''
    if (ordered === 'stopped')
      return answer(400, { code: 21_610, message: 'Attempt to send to unsubscribed recipient' })
    if (!/^\+[1-9]\d{6,14}$/.test(to)) return answer(400, { code: 21_211, message: `Invalid 'To' Phone Number: ${to}` })
    const message = {
      sid: `SM${String(sent.length + 1).padStart(32, '0')}`,
      to,
      from: form.get('From') ?? form.get('MessagingServiceSid') ?? '',
      body: form.get('Body') ?? '',
      status: 'queued',
      date_created: now().toUTCString(),
    }
    sent.push(message)
    if (ordered === 'lost-after') return response.destroy()
    if (ordered === '500-after') return answer(500, { code: 20_500, message: 'Internal Server Error', status: 500 })
    return answer(201, message)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    smsUrl: `twilio://${ACCOUNT.sid}:${ACCOUNT.token}@127.0.0.1:${port}?http=1&from=%2B33700000000`,
    calls,
    sent,
    order: (next: TwilioFault | undefined) => {
      fault = next
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
