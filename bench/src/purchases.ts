import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { Connection } from './http-connection.ts'
import { type Load, Tally } from './load.ts'

export interface PurchaseJob {
  provider: 'simulated' | 'free'
  /** The tickets service, and who takes the money. */
  origin: string
  paymentsOrigin: string
  /** Where the buyer comes back to. */
  publicUrl: string
  /** Orders, sent in turn. */
  bodies: string[]
  buyers: number
  seconds: number
  warmUpMs: number
}

interface Order {
  id: string
  secret: string
  state: string
  tickets: unknown[]
}

const PATIENCE_MS = 30_000
const CONFIRM_POLL_MS = 10

class Failed extends Error {}

/** Buyers who each buy one ticket after another, from the hold to the ticket in their hands. */
export async function runPurchases(job: PurchaseJob): Promise<Load> {
  const cpuBefore = process.cpuUsage()
  const start = performance.now()
  const end = start + job.seconds * 1_000
  const tally = new Tally(start, job.seconds * 1_000, job.warmUpMs)
  let number = 0
  await Promise.all(
    Array.from({ length: job.buyers }, async () => {
      const shop = new Connection(job.origin)
      const provider = new Connection(job.paymentsOrigin)
      while (performance.now() < end) {
        const begun = performance.now()
        try {
          await buy(job, shop, provider, job.bodies[number++ % job.bodies.length] ?? '')
          tally.acknowledge(performance.now(), performance.now() - begun)
        } catch (error) {
          if (!(error instanceof Failed)) throw error
          tally.refuse(error.message, performance.now() - begun)
          await wait(50)
        }
      }
      shop.close()
      provider.close()
    }),
  )
  const { user, system } = process.cpuUsage(cpuBefore)
  return { ...tally.load(), generatorSeconds: (user + system) / 1e6 }
}

async function buy(job: PurchaseJob, shop: Connection, provider: Connection, body: string): Promise<void> {
  const { buyer, ...rest } = JSON.parse(body) as { buyer: object }
  const order = await ask<Order>(shop, 201, 'POST', '/v1/orders', rest)
  const path = `/v1/orders/${order.id}`
  const secret = { 'order-secret': order.secret }
  await ask(shop, 200, 'PATCH', path, { buyer }, secret)
  const returnUrl = `${job.publicUrl}/orders/${order.id}`
  const payment = await ask<{ redirectUrl: string | null }>(
    shop,
    201,
    'POST',
    `${path}/payments`,
    { provider: job.provider, returnUrl },
    secret,
  )
  if (payment.redirectUrl !== null) await ask(provider, 303, 'POST', new URL(payment.redirectUrl).pathname, 'act=pay')
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await wait(CONFIRM_POLL_MS)) {
    // What the page asks to which the provider sends the buyer back; the webhook may have come before.
    const { state, tickets } = await ask<Order>(shop, 200, 'POST', `${path}/payment-check`, {}, secret)
    if (state === 'confirmed' && tickets.length > 0) return
  }
  throw new Failed('not confirmed')
}

/** @param body an object as JSON, or a string as a form. */
function ask<Body>(
  connection: Connection,
  wanted: number,
  method: string,
  path: string,
  body: object | string,
  headers: Record<string, string> = {},
): Promise<Body> {
  const form = typeof body === 'string'
  const text = Buffer.from(form ? body : JSON.stringify(body)).toString('latin1')
  const all = {
    host: connection.host,
    'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json',
    'content-length': text.length,
    'idempotency-key': randomUUID(),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return new Promise((done, failed) => {
    connection.send(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${text}`, (answer, error) => {
      const step = `${method} ${path.replace(/[a-z]+_[0-9a-z]{26}|\/pay\/.*/, ':id')}`
      if (!answer) failed(new Failed(`${step}: ${error}`))
      else if (answer.status !== wanted) failed(new Failed(`${step}: ${answer.status}`))
      else done((answer.status === 303 ? {} : JSON.parse(answer.body.toString())) as Body)
    })
  })
}
