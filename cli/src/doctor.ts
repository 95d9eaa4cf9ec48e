import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { dataFolder, projectRoot } from './paths.ts'
import { planOfRunningCopy } from './start/processes-of-copy.ts'

const PROGRAM = join(projectRoot, 'services/notifications/src/main.ts')

/**
 * `doctor [--to ADDRESS] [--resolver IP] [--json] [--data DIR]`: everything that messages need, with the settings of the
 * running copy; NOTIFICATIONS_… in the environment count more, so that new ones can be tried before they are used.
 */
export async function doctor(args: string[]): Promise<number> {
  const at = args.indexOf('--data')
  const folder = at < 0 ? undefined : args[at + 1]
  const own = at < 0 ? args : args.toSpliced(at, 2)
  const plan = planOfRunningCopy(dataFolder(folder)).find(({ name }) => name === 'notifications')
  const env = { ...plan?.env, ...process.env }
  const { status } = spawnSync(process.execPath, [PROGRAM, 'doctor', ...own], { env, stdio: 'inherit' })
  return status ?? 1
}
