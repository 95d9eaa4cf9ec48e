import { type ProcessPlan, serviceNames } from './processes.ts'
import { runOnce } from './run-once.ts'

/** Brings every service's database up to date, each by the service's own program. */
export async function migrateAll(plans: ProcessPlan[], root: string, signal: AbortSignal): Promise<void> {
  await Promise.all(
    serviceNames.map(async (name) => {
      const plan = plans.find((each) => each.name === name)
      if (!plan) return
      const { command, env } = plan
      await runOnce({
        what: `migrating the ${name} database`,
        command: [...command, 'migrate'],
        cwd: root,
        env,
        signal,
      })
    }),
  )
}
