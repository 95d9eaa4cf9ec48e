import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { dataFolder, projectRoot } from './paths.ts'
import { takeData } from './reconcile.ts'
import { planOfRunningCopy } from './start/processes-of-copy.ts'

const PROGRAM = join(projectRoot, 'packages/messaging/src/dead-letters.ts')

/** The messaging package's own program, told where the broker is: that of the running copy, or the one that is named. */
export function deadLetters(args: string[]): Promise<number> {
  const { data, rest } = takeData(args)
  const isNamed = process.env.BUS_URL !== undefined || rest.some((arg) => /^--(bus-url|help)/.test(arg))
  const env = isNamed ? {} : { BUS_URL: busOf(dataFolder(data)) }
  const child = spawn(process.execPath, [PROGRAM, ...rest], { env: { ...process.env, ...env }, stdio: 'inherit' })
  return new Promise((done, failed) => {
    child.once('error', failed)
    child.once('close', (code) => done(code ?? 1))
  })
}

/** All services of a copy share their broker. */
function busOf(folder: string): string | undefined {
  return planOfRunningCopy(folder).find(({ name }) => name === 'tickets')?.env.TICKETS_BUS_URL
}
