// The load generator of all that speak HTTP. Sends requests over keep-alive connections, one at a time on each (no pipelining), as fast as they are answered or at
// a given rate.
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { Connection } from './http-connection.ts'
import { type Load, Tally } from './load.ts'
import { type PurchaseJob, runPurchases } from './purchases.ts'

export interface HttpJob {
  origin: string
  /** A second process of the same service: every other connection goes there. */
  twinOrigin?: string
  method: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
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

/** How long after its time a run waits for answers; what is still out then counts as an error. */
const PATIENCE_MS = 30_000
/** So that a dead server is not hammered. */
const PAUSE_AFTER_ERROR_MS = 50

process.on('message', (job: HttpJob | PurchaseJob) => {
  ;('provider' in job ? runPurchases(job) : run(job)).then(
    (load) => process.send?.({ load }),
    (error: Error) => process.send?.({ error: error.message }),
  )
})
process.on('disconnect', () => process.exit())

async function run(job: HttpJob): Promise<Load> {
  const origins = [job.origin, job.twinOrigin ?? job.origin]
  const connections = Array.from(
    { length: job.connections },
    (_none, index) => new Connection(origins[index % 2] ?? job.origin),
  )
  const write = requestWriter(job)
  if (job.ratePerSecond !== undefined) await openAll(connections)
  const cpuBefore = process.cpuUsage()
  const start = performance.now()
  const tally = new Tally(start, job.seconds * 1_000, job.warmUpMs)
  const hangUp = setTimeout(
    () => {
      for (const connection of connections) connection.close()
    },
    job.seconds * 1_000 + PATIENCE_MS,
  )
  await (job.ratePerSecond === undefined
    ? closedLoop(job, connections, write, start, tally)
    : openLoop(job, job.ratePerSecond, connections, write, start, tally))
  clearTimeout(hangUp)
  for (const connection of connections) connection.close()
  const { user, system } = process.cpuUsage(cpuBefore)
  return { ...tally.load(), generatorSeconds: (user + system) / 1e6 }
}

/** A few at a time, as a server keeps no more than 511 that it has not yet accepted. */
async function openAll(connections: Connection[]): Promise<void> {
  for (let at = 0; at < connections.length; at += 100) {
    await Promise.all(connections.slice(at, at + 100).map((connection) => connection.open()))
  }
}

/** Everything about a request but its key is the same each time, so it is put together once for each body. */
function requestWriter({ method, path, origin, headers = {}, bodies }: HttpJob): (number: number) => string {
  const head = [
    `${method} ${path} HTTP/1.1`,
    `host: ${new URL(origin).host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ].join('\r\n')
  if (method === 'GET') return () => `${head}\r\n\r\n`
  const requests = bodies.map((body) => {
    const bytes = Buffer.from(body).toString('latin1')
    const front = `${head}\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\nidempotency-key: `
    return { front, back: `\r\n\r\n${bytes}` }
  })
  return (number) => {
    const request = requests[number % requests.length]
    return request ? request.front + randomUUID() + request.back : ''
  }
}

function closedLoop(
  { seconds, wanted, requestsMax = Infinity }: HttpJob,
  connections: Connection[],
  write: (number: number) => string,
  start: number,
  tally: Tally,
): Promise<void> {
  const end = start + seconds * 1_000
  let sent = 0
  let busy = connections.length
  return new Promise((done) => {
    for (const connection of connections) {
      let begun = 0
      const next = () => {
        begun = performance.now()
        if (begun < end && sent < requestsMax) exchange(connection, write(sent++), wanted, begun, tally, next)
        else if (--busy === 0) done()
      }
      next()
    }
  })
}

async function openLoop(
  { seconds, wanted }: HttpJob,
  ratePerSecond: number,
  connections: Connection[],
  write: (number: number) => string,
  start: number,
  tally: Tally,
): Promise<void> {
  const total = Math.round(ratePerSecond * seconds)
  const idle = [...connections]
  let due = 0
  let sent = 0
  let answered = 0
  const dueAt = (number: number) => start + (number * 1_000) / ratePerSecond
  const sendDue = () => {
    while (sent < due) {
      const connection = idle.pop()
      if (!connection) return
      const number = sent++
      tally.late(performance.now() - dueAt(number))
      exchange(connection, write(number), wanted, dueAt(number), tally, () => {
        answered += 1
        idle.push(connection)
        sendDue()
      })
    }
  }
  while (answered < total) {
    while (due < total && dueAt(due) <= performance.now()) due += 1
    sendDue()
    await wait(1)
  }
}

/** Sends one request and counts its answer, then goes on. */
function exchange(
  connection: Connection,
  request: string,
  wanted: number,
  begun: number,
  tally: Tally,
  goOn: () => void,
): void {
  connection.send(request, (answer, error) => {
    const end = performance.now()
    if (answer === undefined) {
      tally.refuse(error ?? 'error', end - begun)
      setTimeout(goOn, PAUSE_AFTER_ERROR_MS)
      return
    }
    if (answer.status === wanted) tally.acknowledge(end, end - begun)
    else tally.refuse(String(answer.status), end - begun)
    goOn()
  })
}
