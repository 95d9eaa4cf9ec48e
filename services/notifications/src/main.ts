import { migrate } from '@guichet/database'
import { ConfigError, createLog, runProcess } from '@guichet/server'
import { readConfig } from './config.ts'
import { createNotifications, MIGRATIONS } from './service.ts'

/**
 * The process: `main.ts` serves, `main.ts migrate` brings the database up to date, `main.ts check-config` only reads, `main.ts
 * doctor` asks everything that messages need.
 */
async function main(command: string | undefined): Promise<void> {
  const { config, secrets } = readConfig(process.env)
  const log = createLog('notifications', config.logLevel)
  switch (command) {
    case undefined:
      return runProcess(createNotifications({ config, secrets }, { log }), log)
    case 'check-config':
      return
    case 'migrate':
      log.info({ applied: await migrate(secrets.databaseUrl, MIGRATIONS) }, 'migrated')
      return
    case 'doctor': {
      const { doctorCommand } = await import('./doctor/doctor-command.ts')
      process.exitCode = await doctorCommand({ config, secrets }, MIGRATIONS, process.argv.slice(3))
      return
    }
    default:
      throw new ConfigError([`"${command}" is no command: migrate, check-config, doctor, or nothing`])
  }
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error)
  process.exitCode = 1
})
