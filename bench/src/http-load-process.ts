// Sends requests over keep-alive connections, one at a time on each (no pipelining), as fast as they are answered or at
// a given rate.
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { Client, type Dispatcher, Pool } from 'undici'
import { Tally } from './load.ts'

export interface HttpJob {
  origin: string
  /** A second process of the same service: every other connection goes there. */
  twinOrigin?: string
  method: 'GET' | 'POST'
  path: string
  /** Sent in turn. */
  bodies: string[]
  connections: number
  seconds: number
  /** The status that counts as done. */
  wanted: number
  warmUpMs: number
  /** Stops after so many requests, whatever the time. */
  requestsMax?: number
  /** Sends at this rate whether or not answers come (an open loop); latencies are timed from when a request was due. */
  ratePerSecond?: number
}

process.on('message', (job: HttpJob) => {
  run(job).then(
    (load) => process.send?.({ load }),
    (error: Error) => process.send?.({ error: error.message }),
  )
})
process.on('disconnect', () => process.exit())

async function run(job: HttpJob) {
  const start = performance.now()
  const tally = new Tally(start, job.seconds * 1_000, job.warmUpMs)
  await (job.ratePerSecond === undefined
    ? closedLoop(job, start, tally)
    : openLoop(job, job.ratePerSecond, start, tally))
  return tally.load()
}

async function closedLoop(job: HttpJob, start: number, tally: Tally): Promise<void> {
  const origins = [job.origin, job.twinOrigin ?? job.origin]
  const clients = Array.from(
    { length: job.connections },
    (_none, index) => new Client(origins[index % 2] ?? job.origin, { pipelining: 1 }),
  )
  let sent = 0
  await Promise.all(
    clients.map(async (client) => {
      for (;;) {
        const begun = performance.now()
        const request = begun - start < job.seconds * 1_000 ? options(job, sent++) : undefined
        if (!request) return
        await exchange(client, request, job.wanted, begun, tally)
      }
    }),
  )
  await Promise.all(clients.map((client) => client.close()))
}

async function openLoop(job: HttpJob, ratePerSecond: number, start: number, tally: Tally): Promise<void> {
  const pool = new Pool(job.origin, { connections: job.connections, pipelining: 1, headersTimeout: 30_000 })
  const exchanges: Promise<void>[] = []
  for (const total = Math.round(ratePerSecond * job.seconds); exchanges.length < total; ) {
    const due = start + (exchanges.length * 1_000) / ratePerSecond
    const pause = due - performance.now()
    if (pause > 0) await wait(Math.ceil(pause))
    exchanges.push(exchange(pool, options(job, exchanges.length), job.wanted, due, tally))
  }
  await Promise.all(exchanges)
  await pool.close()
}

function options(job: HttpJob, number: number): Dispatcher.DispatchOptions | undefined {
  if (number >= (job.requestsMax ?? Infinity)) return undefined
  const { method, path } = job
  if (method === 'GET') return { method, path }
  const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() }
  return { method, path, headers, body: job.bodies[number % job.bodies.length] ?? '' }
}

/** Sends one request and counts its answer. An error is followed by a pause, so that a dead server is not hammered. */
function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions | undefined,
  wanted: number,
  begun: number,
  tally: Tally,
): Promise<void> {
  return new Promise((done) => {
    if (!request) return done()
    let status = 0
    dispatcher.dispatch(request, {
      onRequestStart() {},
      onResponseStart(_controller, code) {
        status = code
      },
      onResponseData() {},
      onResponseEnd() {
        const end = performance.now()
        if (status === wanted) tally.acknowledge(end, end - begun)
        else tally.refuse(String(status), end - begun)
        done()
      },
      onResponseError(_controller, error) {
        tally.refuse((error as NodeJS.ErrnoException).code ?? error.name, performance.now() - begun)
        setTimeout(done, 50)
      },
    })
  })
}
