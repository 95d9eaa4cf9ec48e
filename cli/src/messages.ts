import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { readArguments } from './arguments.ts'
import { dataFolder, projectRoot } from './paths.ts'
import { Refusal } from './refusal.ts'
import { planOfRunningCopy } from './start/processes-of-copy.ts'

const PROGRAM = join(projectRoot, 'packages/messaging/src/republish-command.ts')
const SERVICES = ['accounts', 'events', 'tickets', 'notifications']

/** `messages republish --since 2h [service …]`: has services of the running copy send again what a queue lost. */
export async function messages(args: string[]): Promise<number> {
  const { values, positionals } = readArguments('messages', {
    args,
    allowPositionals: true,
    options: { data: { type: 'string' }, since: { type: 'string' } },
  })
  const [command, ...named] = positionals
  if (command !== 'republish' || !values.since) throw new Refusal('Say: messages republish --since 2h [service …]')
  const unknown = named.find((name) => !SERVICES.includes(name))
  if (unknown) throw new Refusal(`There is no service "${unknown}": ${SERVICES.join(', ')}.`)
  const plans = planOfRunningCopy(dataFolder(values.data))
  for (const name of named.length > 0 ? named : SERVICES) {
    const url = plans.find((plan) => plan.name === name)?.env[`${name.toUpperCase()}_DATABASE_URL`]
    const run = spawnSync(process.execPath, [PROGRAM, '--since', values.since], {
      env: { ...process.env, DATABASE_URL: url },
      encoding: 'utf8',
    })
    if (run.status !== 0) throw new Refusal(run.stderr.trim())
    console.log(`${name.padEnd(14)} ${run.stdout.trim()}`)
  }
  return 0
}
