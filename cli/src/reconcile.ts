import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { dataFolder, projectRoot } from './paths.ts'
import { Refusal } from './refusal.ts'
import { findRunningCopy, readReport } from './running-copy.ts'
import { readPorts } from './start/ports.ts'
import { planProcesses } from './start/processes.ts'
import { ensureSecrets } from './start/secrets.ts'
import { describeSurroundings } from './start/surroundings.ts'

/**
 * Holds all books of the copy that runs on the data folder against each other and against the payment providers': the tickets
 * service's own `reconcile`, told where it is. Ends as that does: 0 when they agree, 3 when something is left.
 */
export function reconcile(args: string[]): Promise<number> {
  const { data, rest } = takeData(args)
  const folder = dataFolder(data)
  const report = readReport(folder)
  if (!findRunningCopy(folder) || !report?.postgres) throw new Refusal(`Guichet is not running on ${folder}.`)
  const { host, port, publicUrl, localUrl, postgres } = report
  const plans = planProcesses(
    describeSurroundings({
      host,
      port,
      publicUrl,
      localUrl,
      folder,
      ports: readPorts(folder),
      secrets: ensureSecrets(folder),
      postgresPort: postgres.port,
    }),
  )
  const tickets = plans.find((plan) => plan.name === 'tickets')
  if (!tickets) throw new Refusal('There is no tickets service to ask.')
  const command = [...tickets.command.map((part) => join(projectRoot, part)), 'reconcile', ...rest]
  const child = spawn(process.execPath, command, { env: { ...process.env, ...tickets.env }, stdio: 'inherit' })
  return new Promise((done, failed) => {
    child.once('error', failed)
    child.once('close', (code) => done(code ?? 1))
  })
}

/** The folder is ours to read; all else is the service's. */
export function takeData(args: string[]): { data: string | undefined; rest: string[] } {
  const at = args.findIndex((arg) => arg === '--data' || arg.startsWith('--data='))
  if (at < 0) return { data: undefined, rest: args }
  const [flag = '', next] = args.slice(at)
  const inline = flag.startsWith('--data=') ? flag.slice('--data='.length) : undefined
  const data = inline ?? next
  if (!data) throw new Refusal('--data needs a folder.')
  return { data, rest: args.toSpliced(at, inline === undefined ? 2 : 1) }
}
