import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../refusal.ts'
import { findRunningCopy, readReport } from '../running-copy.ts'
import type { Ports } from './ports.ts'
import { type ProcessPlan, planProcesses } from './processes.ts'
import type { Secrets } from './secrets.ts'
import { describeSurroundings } from './surroundings.ts'

/** The processes of the copy that runs on `folder`, with their environment: for commands in another terminal. */
export function planOfRunningCopy(folder: string): ProcessPlan[] {
  const report = findRunningCopy(folder) && readReport(folder)
  if (!report?.postgres) throw new Refusal(`Guichet is not running on ${folder}: start it with ./guichet start.`)
  const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'))
  const { host, port, publicUrl, localUrl } = report
  return planProcesses(
    describeSurroundings({
      host,
      port,
      publicUrl,
      localUrl,
      folder,
      ports: read('ports.json') as Ports,
      secrets: read('secrets.json') as Secrets,
      postgresPort: report.postgres.port,
    }),
  )
}
