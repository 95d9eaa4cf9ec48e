import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@guichet/embedded-postgres'
import { freePort } from '@guichet/testkit'
import pg from 'pg'
import { describe } from 'vitest'
import { busContract } from './bus-contract.ts'
import type { Broker } from './fixture.ts'

describe('the bus in PostgreSQL', () => busContract(postgresBroker))

async function postgresBroker(): Promise<Broker> {
  const folder = await mkdtemp(join(tmpdir(), 'guichet-bus-'))
  const port = await freePort()
  let server = await startPostgres({ dataDir: folder, durable: true, port })
  const { superuserUrl: url } = server
  return {
    url,
    async settled() {},
    async crash() {
      // Immediate shutdown: nothing is flushed, the next start replays the log, as after kill -9 of all its processes.
      process.kill(server.pid, 'SIGQUIT')
      await server.ended
    },
    async start() {
      server = await startPostgres({ dataDir: folder, durable: true, port })
    },
    async poison(queue) {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query(`insert into bus.job (queue, message) values ($1, '{"half": 1}')`, [queue])
      await client.end()
    },
    async giveBack(queue) {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query(`update bus.job set visible_at = now() where queue = $1 and dead_at is null`, [queue])
      await client.end()
    },
    async remove() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
