import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { type Children, firstMessage, forkChild, SERVICE_FLAGS, stopChildren } from './children.ts'
import { type SendHttp, startHttpLoad } from './http-load.ts'
import { type Server, startServer } from './postgres.ts'
import { putOnSale } from './sale.ts'
import { startTickets, type Tickets } from './tickets.ts'

/** All that runs during a bench: one PostgreSQL, the service, the servers it is compared with, the load generator. */
export interface Stage {
  server: Server
  tickets: Tickets
  bare: { url: string; pid: number }
  plain: { url: string; pid: number }
  send: SendHttp
  /** One more tickets service, on a database of its own, and on another broker if that is named. */
  startAnother(database: string, busUrl?: string): Promise<Tickets>
  /** A program of `servers/`, which ends with the stage. */
  fork(name: string, env: Record<string, string>): ChildProcess
  stop(): Promise<void>
}

export async function setStage(dataDir: string): Promise<Stage> {
  const children: Children = []
  const server = await startServer(dataDir)
  const services: Tickets[] = []
  const startService = async (database: string, busUrl?: string) => {
    const started = await startTickets(server, children, { database, busUrl, folder: dirname(dataDir) })
    services.push(started)
    return started
  }
  const stop = async () => {
    for (const service of services) await service.stop().catch(() => {})
    await stopChildren(children)
    await server.client.end().catch(() => {})
    await server.postgres.stop()
  }
  try {
    const tickets = await startService('tickets')
    const send = startHttpLoad(children)
    const reply = await askForReply(tickets)
    const env = { BENCH_REPLY: reply, BENCH_DATABASE_URL: server.postgres.url('bench') }
    const [bare, plain] = await Promise.all(
      ['bare', 'plain'].map(async (name) => {
        const child = forkChild(children, `${import.meta.dirname}/servers/${name}.ts`, { env, node: SERVICE_FLAGS })
        await once(child, 'spawn')
        return { url: (await firstMessage<{ url: string }>(child)).url, pid: child.pid ?? 0 }
      }),
    )
    if (!bare || !plain) throw new Error('Two servers were to be started')
    return {
      server,
      tickets,
      send,
      bare,
      plain,
      async startAnother(database, busUrl) {
        await server.client.query(`create database ${database}`)
        return startService(database, busUrl)
      },
      fork: (name, env) =>
        forkChild(children, `${import.meta.dirname}/servers/${name}.ts`, { env, node: SERVICE_FLAGS }),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A real answer, so that B2 and D send as many bytes as the service does. */
async function askForReply(tickets: Tickets): Promise<string> {
  const { bodies } = await putOnSale(tickets.client, {})
  const answer = await fetch(`${tickets.url}/v1/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
    body: bodies[0] ?? '',
  })
  if (answer.status !== 201) throw new Error(`tickets does not take an order: ${answer.status} ${await answer.text()}`)
  return answer.text()
}
