import { migrate } from '@guichet/database'
import { ConfigError, createLog, runProcess } from '@guichet/server'
import { readConfig } from './config.ts'
import { reconcileCommand } from './reconciliation/command.ts'
import { createTickets, MIGRATIONS } from './service.ts'

const command = process.argv[2]
try {
  const settings = readConfig(process.env)
  if (command === 'migrate') {
    const applied = await migrate(settings.secrets.databaseUrl, MIGRATIONS)
    process.stdout.write(applied.length > 0 ? `Applied ${applied.join(', ')}\n` : 'Nothing to migrate\n')
  } else if (command === 'reconcile') {
    const { config, secrets } = settings
    const service = createTickets({ config: { ...config, logLevel: 'fatal' }, secrets })
    try {
      process.exitCode = await reconcileCommand(service.context, process.argv.slice(3), (text) =>
        process.stdout.write(text),
      )
    } finally {
      await service.stop()
    }
  } else if (command !== 'check-config') {
    await runProcess(createTickets(settings), createLog('tickets', settings.config.logLevel))
  }
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : String(error)}\n`)
  process.exit(1)
}
