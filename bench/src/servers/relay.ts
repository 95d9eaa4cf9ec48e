import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { createDatabase, sql } from '@guichet/database'
import { connectBus, startRelay, subscribe } from '@guichet/messaging'
import { Connection } from 'rabbitmq-client'

// A process that publishes, on demand: `raw` gives prepared bodies to the client library as fast as the broker confirms
// them; `relay` empties an outbox of as many rows; `listen` handles a type until asked again, and tells how late it was.

export type RelayJob = { kind: 'raw' | 'relay'; count: number } | { kind: 'listen'; type: string } | { kind: 'heard' }
/** `heard`: of which subject, and when, in milliseconds since 1970. */
export type RelayAnswer = { seconds: number } | { heard: [subject: string, at: number][] }

const TYPE = 'bench.happened.v1'
const QUEUE = 'bench'
const WINDOW = 500
const { BENCH_DATABASE_URL = '', BENCH_BUS_URL = '' } = process.env
const silent = { debug() {}, info() {}, warn() {}, error() {} }
const db = createDatabase(BENCH_DATABASE_URL, { max: 8 })
const bus = connectBus(BENCH_BUS_URL, { log: silent, windowSize: WINDOW })
const connection = new Connection(BENCH_BUS_URL)
connection.on('error', () => {}) // at the end the broker goes first
let heard: [string, number][] = []

process.on('message', (job: RelayJob) => {
  run(job).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit(0))
const consumer = bus.consume({ queue: QUEUE, types: [TYPE] }, async () => {})
await consumer.bound
await consumer.stop()
await bus.memory.keep('bench')
process.send?.('ready')

async function run(job: RelayJob): Promise<RelayAnswer> {
  if (job.kind === 'listen') return listen(job.type)
  if (job.kind === 'heard') return { heard: heard.splice(0) }
  const seconds = job.kind === 'raw' ? await publishRaw(job.count) : await relay(job.count)
  await connection.queuePurge({ queue: QUEUE })
  return { seconds }
}

async function publishRaw(count: number): Promise<number> {
  const bodies = Array.from({ length: count }, (_, n) => {
    const [id, subject, time] = [randomUUID(), randomUUID(), new Date().toISOString()]
    const envelope = { specversion: '1.0', id, source: 'bench', type: TYPE, subject, time }
    return {
      id,
      body: Buffer.from(JSON.stringify({ ...envelope, datacontenttype: 'application/json', data: data(n) })),
    }
  })
  const channel = await connection.acquire()
  await channel.confirmSelect()
  const began = performance.now()
  let next = 0
  const lane = async () => {
    for (let each = bodies[next++]; each; each = bodies[next++]) {
      const { id, body } = each
      const to = { exchange: 'guichet', routingKey: TYPE, messageId: id, contentType: 'application/cloudevents+json' }
      await channel.basicPublish({ ...to, durable: true, mandatory: true }, body)
    }
  }
  await Promise.all(Array.from({ length: WINDOW }, lane))
  const seconds = (performance.now() - began) / 1_000
  await channel.close()
  return seconds
}

async function relay(count: number): Promise<number> {
  await sql`truncate outbox`.execute(db)
  await sql`
    insert into outbox (message_id, type, subject, data)
    select gen_random_uuid(), ${TYPE}, gen_random_uuid(), jsonb_build_object('orderId', gen_random_uuid(),
           'eventId', gen_random_uuid(), 'organizerId', gen_random_uuid(), 'n', n)
      from generate_series(1, ${count}::integer) n`.execute(db)
  await sql`vacuum (analyze) outbox`.execute(db)
  const began = performance.now()
  const running = startRelay({ db, bus, log: silent, source: 'bench' })
  while (running.counts().published < count) await wait(5)
  const seconds = (performance.now() - began) / 1_000
  await running.stop()
  const { rows } = await sql<{ left: number }>`select count(*) as left from outbox where published_at is null`.execute(
    db,
  )
  if (rows[0]?.left !== 0) throw new Error(`${rows[0]?.left} rows of ${count} were not marked`)
  return seconds
}

const data = (n: number) => ({ orderId: randomUUID(), eventId: randomUUID(), organizerId: randomUUID(), n })

async function listen(type: string): Promise<RelayAnswer> {
  const now = () => performance.timeOrigin + performance.now()
  const handlers = {
    [type]: async (_tx: unknown, { subject }: { subject: string }) => void heard.push([subject, now()]),
  }
  await subscribe({ bus, db, queue: 'listener', handlers, log: silent }).bound
  heard = []
  return { heard }
}
