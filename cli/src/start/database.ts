import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createDatabaseWithRole, type Postgres, PostgresStartError, startPostgres } from '@guichet/embedded-postgres'
import { explainFileError, Refusal } from '../refusal.ts'
import { openLog } from './log-file.ts'
import type { Secrets } from './secrets.ts'

/** Above every child, so that PostgreSQL is the last thing to give up. */
export type KeptPostgres = { current: () => Postgres; restarts: () => number; stop: () => Promise<void> }

type Options = { folder: string; logs: string; port: number; say: (line: string) => void; changed: () => void }

/** Starts (or adopts) PostgreSQL on `folder`/postgres and starts it again on the same port if it dies. */
export async function keepPostgres({ folder, logs, port, say, changed }: Options): Promise<KeptPostgres> {
  const log = openLog(join(logs, 'postgres.log'))
  const dataDir = join(folder, 'postgres')
  const begin = (wanted: number) =>
    startPostgres({ dataDir, port: wanted, durable: true, log: (line) => log.write(`${line}\n`) })

  let postgres = await begin(port).catch((error: unknown) => {
    if (error instanceof PostgresStartError) throw new Refusal(error.message)
    throw explainFileError(error, folder) ?? error
  })
  if (postgres.adopted) say('PostgreSQL was still running after a hard stop and has been taken over.')

  let stopping = false
  let restarts = 0
  const watch = async () => {
    for (let pause = 250; ; pause = Math.min(pause * 2, 10_000)) {
      await postgres.ended
      if (stopping) return
      say(`PostgreSQL ended; starting it again in ${pause} ms`)
      await wait(pause)
      if (stopping) return
      try {
        postgres = await begin(postgres.port)
        restarts += 1
        pause = 125
        say(`PostgreSQL is back (pid ${postgres.pid})`)
        changed()
      } catch (error) {
        say(`PostgreSQL does not start: ${(error as Error).message}`)
      }
    }
  }
  void watch()
  return {
    current: () => postgres,
    restarts: () => restarts,
    async stop() {
      stopping = true
      await postgres.stop(2500) // nobody is connected any more; what is left is one checkpoint
      log.close()
    },
  }
}

/** A database and a role for each service and for the embedded bus. */
export async function ensureDatabases(postgres: Postgres, secrets: Secrets): Promise<void> {
  const roles = {
    accounts: secrets.databaseAccounts,
    events: secrets.databaseEvents,
    tickets: secrets.databaseTickets,
    notifications: secrets.databaseNotifications,
    bus: secrets.databaseBus,
  }
  for (const [name, password] of Object.entries(roles)) {
    await createDatabaseWithRole(postgres.superuserUrl, { database: name, role: name, password })
  }
}
