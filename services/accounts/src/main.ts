import { migrate } from '@guichet/database'
import { ConfigError, createLog, runProcess } from '@guichet/server'
import { readConfig } from './config.ts'
import { MIGRATIONS } from './db.ts'
import { createAccounts } from './service.ts'
import { mintAdminLink } from './users/admin-link.ts'

const USAGE = 'Usage: main.ts [migrate | check-config | admin-link | rotate-keys]'

function settingsOrExit(): ReturnType<typeof readConfig> {
  try {
    return readConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(78)
  }
}

const settings = settingsOrExit()
const command = process.argv[2]

switch (command) {
  case undefined:
    await runProcess(createAccounts(settings), createLog('accounts', settings.config.logLevel))
    break
  case 'migrate': {
    const applied = await migrate(settings.secrets.databaseUrl, MIGRATIONS)
    console.log(applied.length === 0 ? 'Nothing to migrate.' : `Applied ${applied.join(', ')}.`)
    break
  }
  case 'check-config':
    console.log('The configuration is valid.')
    break
  case 'admin-link': {
    const { context, stop } = createAccounts(settings)
    const { url } = await mintAdminLink(context.db, settings.config.publicUrl, context.now())
    console.log(url)
    await stop()
    break
  }
  case 'rotate-keys': {
    const { context, stop } = createAccounts(settings)
    await context.keyring.rotate()
    console.log('The next key signs from now on; running processes follow within a minute.')
    await stop()
    break
  }
  default:
    console.error(USAGE)
    process.exit(64)
}
