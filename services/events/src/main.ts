import { migrate } from '@guichet/database'
import { ConfigError, createLog, runProcess } from '@guichet/server'
import { readConfig } from './config.ts'
import { createEvents, MIGRATIONS, SERVICE } from './service.ts'

const log = createLog(SERVICE)

async function main(command: string | undefined): Promise<void> {
  const settings = readConfig(process.env)
  switch (command) {
    case undefined:
      return runProcess(createEvents(settings), log)
    case 'migrate':
      log.info({ applied: await migrate(settings.secrets.databaseUrl, MIGRATIONS) }, 'migrated')
      return
    case 'check-config':
      console.log('The configuration is valid.')
      return
    default:
      throw new ConfigError([`there is no command ${command}: migrate, check-config, or none to serve`])
  }
}

main(process.argv[2]).catch((error: unknown) => {
  if (error instanceof ConfigError) console.error(error.message)
  else log.fatal({ err: error }, 'failed')
  process.exit(1)
})
