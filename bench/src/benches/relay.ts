import type { ChildProcess, Serializable } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parseId } from '@guichet/server'
import { hasPart, startRabbitmq } from '@guichet/testkit'
import pg from 'pg'
import { firstMessage } from '../children.ts'
import { sqlFile } from '../postgres.ts'
import { figure, type Report } from '../report.ts'
import type { Plan } from '../rounds.ts'
import { auditPurchases, putOnSale } from '../sale.ts'
import type { RelayAnswer, RelayJob } from '../servers/relay.ts'
import type { Stage } from '../stage.ts'

const MESSAGES = 20_000
const BACKLOG = 100_000
const BUYERS = 64

/** The way of a message over a real RabbitMQ: how fast the relay is, and how late a handler hears of an order. */
export async function relay(stage: Stage, plan: Plan): Promise<Report> {
  const report: Report = { bench: 'relay', rows: [], figures: [], faults: [], voidedRounds: 0 }
  if (!hasPart('rabbitmq')) return report
  const rabbitmq = await startRabbitmq()
  try {
    const publisher = await startProcess(stage, rabbitmq.url, 'publisher')
    const raw: number[] = []
    const relayed: number[] = []
    for (let round = 0; round < plan.rounds; round++) {
      const turns = [
        async () => raw.push(MESSAGES / (await secondsOf(publisher, { kind: 'raw', count: MESSAGES }))),
        async () => relayed.push(MESSAGES / (await secondsOf(publisher, { kind: 'relay', count: MESSAGES }))),
      ]
      for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn()
    }
    const backlog = BACKLOG / (await secondsOf(publisher, { kind: 'relay', count: BACKLOG }))
    const late = await lagOfOrders(stage, plan, rabbitmq.url)
    report.faults.push(...late.faults)
    report.figures.push(
      figure('raw publish, messages/s', raw),
      figure('relay, messages/s', relayed),
      figure(
        'relay ÷ raw publish, 500 unconfirmed each',
        relayed.map((rate, round) => rate / (raw[round] ?? Number.NaN)),
        { atLeast: 0.6 },
      ),
      figure(`backlog of ${BACKLOG.toLocaleString('en')} sent, messages/s`, [backlog], { atLeast: 2_000 }),
      figure('orders confirmed/s meanwhile', late.perSecond),
      figure('from commit to handler, p50 ms', late.p50),
      figure('from commit to handler, p99 ms', late.p99, { atMost: 250 }),
    )
    return report
  } finally {
    await rabbitmq.remove()
  }
}

/** How late the handler of another process hears that an order was confirmed, while buyers buy as fast as they can. */
async function lagOfOrders(stage: Stage, plan: Plan, busUrl: string) {
  const tickets = await stage.startAnother('tickets_on_rabbitmq', busUrl)
  const listener = await startProcess(stage, busUrl, 'listener')
  await ask(listener, { kind: 'listen', type: 'tickets.order-confirmed.v1' })
  const late = { perSecond: [] as number[], p50: [] as number[], p99: [] as number[], faults: [] as string[] }
  for (let round = 0; round < plan.rounds; round++) {
    const sale = await putOnSale(tickets.client, { priceMinor: 0 })
    const { url: origin, publicUrl } = tickets
    const load = await stage.send({
      ...{ provider: 'free', origin, paymentsOrigin: origin, publicUrl },
      ...{ bodies: sale.bodies, buyers: BUYERS, seconds: plan.seconds },
    })
    late.faults.push(...(await auditPurchases(tickets.client, sale, load.acknowledged)))
    await untilSent(tickets.client)
    const { heard } = (await ask(listener, { kind: 'heard' })) as { heard: [string, number][] }
    const lagsMs = await sinceCommit(tickets.client, heard)
    if (lagsMs.length < load.acknowledged)
      late.faults.push(`${load.acknowledged - lagsMs.length} orders were not heard of`)
    late.perSecond.push(load.perSecond)
    late.p50.push(lagsMs[Math.floor(lagsMs.length * 0.5)] ?? Number.NaN)
    late.p99.push(lagsMs[Math.floor(lagsMs.length * 0.99)] ?? Number.NaN)
  }
  return late
}

/** How long after its commit each order was heard of, ascending: a ticket is written by the transaction that confirms. */
async function sinceCommit(client: pg.Client, heard: readonly [string, number][]): Promise<number[]> {
  const { rows } = await client.query<{ lag: number }>(
    `select heard.at - extract(epoch from pg_xact_commit_timestamp(ticket.xmin))::float8 * 1000 as lag
       from unnest($1::uuid[], $2::float8[]) as heard (order_id, at) join ticket using (order_id) order by lag`,
    [heard.map(([subject]) => parseId('ord', subject)), heard.map(([, at]) => at)],
  )
  return rows.map(({ lag }) => lag)
}

/** Until everything is published, and a moment more in which it is handled. */
async function untilSent(client: pg.Client): Promise<void> {
  const waiting = `select from outbox where published_at is null and type = 'tickets.order-confirmed.v1' limit 1`
  for (let tries = 0; tries < 600 && (await client.query(waiting)).rowCount !== 0; tries++) await pause(50)
  await pause(1_000)
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

async function startProcess(stage: Stage, busUrl: string, database: string): Promise<ChildProcess> {
  await stage.server.client.query(`create database ${database}`)
  const url = stage.server.postgres.url(database)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(readFileSync(sqlFile('outbox.sql'), 'utf8'))
  await client.end()
  const child = stage.fork('relay', { BENCH_DATABASE_URL: url, BENCH_BUS_URL: busUrl })
  await firstMessage<Serializable>(child)
  return child
}

async function secondsOf(child: ChildProcess, job: RelayJob): Promise<number> {
  const answer = await ask(child, job)
  return 'seconds' in answer ? answer.seconds : Number.NaN
}

async function ask(child: ChildProcess, job: RelayJob): Promise<RelayAnswer> {
  child.send(job)
  return firstMessage<RelayAnswer>(child)
}
