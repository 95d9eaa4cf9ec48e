import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabaseWithRole, type Postgres, startPostgres } from '@guichet/embedded-postgres'
import { eventually, freePort } from '@guichet/testkit'
import pg from 'pg'

const ROLES = ['tickets', 'bus'] as const
const PASSWORD = 'w8Yc2RkP5vQx1LmN7sTb4ZdH'

/** A PostgreSQL of this test's own, on disk and with full durability, that it may kill. */
export async function startDurablePostgres(settings: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'guichet-faults-'))
  const port = await freePort()
  const start = () => startPostgres({ dataDir: join(folder, 'postgres'), durable: true, settings, port })
  let server: Postgres = await start()
  const { superuserUrl } = server
  for (const role of ROLES) await createDatabaseWithRole(superuserUrl, { database: role, role, password: PASSWORD })

  return {
    port,
    superuserUrl,
    url: (name: (typeof ROLES)[number], throughPort = port) => {
      const url = new URL(server.url(name, { role: name, password: PASSWORD }))
      url.port = String(throughPort)
      return url.href
    },
    /** What a session of the service is told about durability. */
    async durability() {
      const client = new pg.Client({ connectionString: server.url('tickets', { role: 'tickets', password: PASSWORD }) })
      await client.connect()
      const { rows } = await client.query(
        `select current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
                current_setting('synchronous_commit') as synchronous_commit`,
      )
      await client.end()
      return rows[0]
    },
    /** kill -9 of the postmaster and of every process under it: what was only in their memory is gone. */
    async kill(): Promise<void> {
      const { pid, ended } = server
      // Stopped first, so that it cannot fork another while we look.
      process.kill(pid, 'SIGSTOP')
      for (const victim of [pid, ...childrenOf(pid)]) endProcess(victim)
      await ended
    },
    /** Starts on the same data and port; resolves once the log is replayed. */
    async restart(): Promise<void> {
      // The dead ones let go of the shared memory in their own time.
      server = await eventually(() => start())
    },
    async stop(): Promise<void> {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type DurablePostgres = Awaited<ReturnType<typeof startDurablePostgres>>

/** On a system without /proc they end by themselves when they miss their postmaster. */
function childrenOf(parent: number): number[] {
  return pidsOfSystem().filter((pid) => {
    try {
      // After the name, which may hold anything: state, parent.
      const [, ppid] = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')
      return Number(ppid) === parent
    } catch {
      return false
    }
  })
}

function pidsOfSystem(): number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').map(Number).filter(Number.isInteger)
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}
