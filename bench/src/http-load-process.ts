// Sends requests over keep-alive connections, one at a time on each (no pipelining), as fast as they are answered.
import { randomUUID } from 'node:crypto'
import { Client, type Dispatcher } from 'undici'
import { Tally } from './load.ts'

export interface HttpJob {
  origin: string
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
}

process.on('message', (job: HttpJob) => {
  run(job).then(
    (load) => process.send?.({ load }),
    (error: Error) => process.send?.({ error: error.message }),
  )
})
process.on('disconnect', () => process.exit())

async function run(job: HttpJob) {
  const clients = Array.from({ length: job.connections }, () => new Client(job.origin, { pipelining: 1 }))
  const start = performance.now()
  const tally = new Tally(start, job.seconds * 1_000, job.warmUpMs)
  let sent = 0
  await Promise.all(clients.map((client) => loop(client, () => options(job, sent++), start, job, tally)))
  await Promise.all(clients.map((client) => client.close()))
  return tally.load()
}

function options(job: HttpJob, number: number): Dispatcher.DispatchOptions | undefined {
  if (number >= (job.requestsMax ?? Infinity)) return undefined
  const { method, path } = job
  if (method === 'GET') return { method, path }
  const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() }
  return { method, path, headers, body: job.bodies[number % job.bodies.length] ?? '' }
}

function loop(
  client: Client,
  next: () => Dispatcher.DispatchOptions | undefined,
  start: number,
  job: HttpJob,
  tally: Tally,
): Promise<void> {
  return new Promise((done) => {
    const send = () => {
      const begun = performance.now()
      const request = begun - start < job.seconds * 1_000 ? next() : undefined
      if (!request) return done()
      let status = 0
      client.dispatch(request, {
        onRequestStart() {},
        onResponseStart(_controller, code) {
          status = code
        },
        onResponseData() {},
        onResponseEnd() {
          const end = performance.now()
          if (status === job.wanted) tally.acknowledge(end, end - begun)
          else tally.refuse(String(status))
          send()
        },
        onResponseError(_controller, error) {
          tally.refuse((error as NodeJS.ErrnoException).code ?? error.name)
          setTimeout(send, 50)
        },
      })
    }
    send()
  })
}
