import { parseArgs } from 'node:util'
import type { Config, Secrets } from '../config.ts'
import type { Finding } from './check.ts'
import { examine } from './doctor.ts'

const MARKS: Record<Finding['level'], string> = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL', skip: '-   ' }

/** `main.ts doctor [--to ADDRESS] [--resolver IP[:PORT]]`: prints a line for each check; 1 when something is wrong. */
export async function doctorCommand(
  settings: { config: Config; secrets: Secrets },
  migrations: string,
  args: string[],
): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { to: { type: 'string' }, resolver: { type: 'string', multiple: true }, json: { type: 'boolean' } },
  })
  const { to, resolver } = values
  const findings = await examine(settings, { migrations, to, ...(resolver ? { resolvers: resolver } : {}) })
  if (values.json) console.log(JSON.stringify(findings, null, 2))
  else for (const { name, level, words } of findings) console.log(`${MARKS[level]} ${name.padEnd(14)} ${words}`)
  return findings.some(({ level }) => level === 'fail') ? 1 : 0
}
