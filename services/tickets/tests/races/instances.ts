import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { createTickets } from '../../src/service.ts'
import { SECRETS, startTickets } from '../fixture.ts'

/** Two instances of the service on one database. Each has its own memory, queue and connections, as two processes have. */
export async function startTwo() {
  const tickets = await startTickets({ config: { databaseConnectionsMax: 20 } })
  const secrets = { databaseUrl: tickets.database.url, busUrl: 'postgres://127.0.0.1:9/none', ...SECRETS }
  const other = createTickets({ config: tickets.config, secrets }, { now: tickets.clock.now })
  await other.app.ready()
  const apps = [tickets.app, other.app]

  return {
    tickets,
    other,
    /** A guest's request to one of the two. Told "busy" it is repeated with the same key, as clients should. */
    async post(instance: number, url: string, body: object, more: { key?: string; secret?: string } = {}) {
      const headers = {
        'idempotency-key': more.key ?? randomUUID(),
        ...(more.secret ? { 'order-secret': more.secret } : {}),
      }
      for (;;) {
        const answer = await apps[instance % 2]?.inject({ method: 'POST', url, headers, payload: body })
        if (answer && answer.statusCode !== 503) return answer
        await setImmediate()
      }
    },
    async stop() {
      await other.stop()
      await tickets.stop()
    },
  }
}

export type Two = Awaited<ReturnType<typeof startTwo>>
