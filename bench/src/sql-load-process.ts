// Stands in for pgbench where there is none: one connection for each client, prepared statements. It costs more
// processor time for each statement than pgbench does, and says so in the report.
import pg from 'pg'
import { Tally } from './load.ts'
import { parseScript, runScript } from './sql-script.ts'

export interface SqlJob {
  url: string
  script: string
  clients: number
  seconds: number
  variables: Record<string, number>
  ordersEach: number
}

process.on('message', (job: SqlJob) => {
  run(job).then(
    (load) => process.send?.({ load }),
    (error: Error) => process.send?.({ error: error.message }),
  )
})
process.on('disconnect', () => process.exit())

async function run(job: SqlJob) {
  const steps = parseScript(job.script)
  const clients = Array.from({ length: job.clients }, () => new pg.Client({ connectionString: job.url }))
  await Promise.all(clients.map((client) => client.connect()))
  const start = performance.now()
  const tally = new Tally(start, job.seconds * 1_000)
  await Promise.all(
    clients.map(async (client) => {
      const variables = { ...job.variables }
      for (;;) {
        const begun = performance.now()
        if (begun - start >= job.seconds * 1_000) break
        try {
          await runScript(client, steps, variables)
          tally.acknowledge(performance.now(), performance.now() - begun)
        } catch (error) {
          tally.refuse((error as { code?: string }).code ?? 'error')
          await client.query('rollback')
        }
      }
    }),
  )
  await Promise.all(clients.map((client) => client.end()))
  return tally.load(job.ordersEach)
}
