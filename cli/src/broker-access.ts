import { streamAccess } from '@guichet/messaging'
import { readArguments } from './arguments.ts'
import { Refusal } from './refusal.ts'

/** Prints the commands for RabbitMQ's administrator, and for the organizer what to connect with: nothing is changed by us. */
export async function brokerAccess(args: string[]): Promise<number> {
  const { values, positionals } = readArguments('broker-access', {
    args,
    options: { vhost: { type: 'string', default: '/' } },
    allowPositionals: true,
  })
  const [organizerId, ...more] = positionals
  if (!organizerId || !/^org_[0-9a-z]{26}$/.test(organizerId) || more.length > 0)
    throw new Refusal('Give the id of one organizer, like org_01h455vb4pex5vsknk084sn02q.')
  const { user, password, prefix, commands } = streamAccess(organizerId, values.vhost)
  console.log('# For the administrator of RabbitMQ, where rabbitmqctl reaches it:')
  for (const command of commands) console.log(`rabbitmqctl ${command.map(quote).join(' ')}`)
  console.log(`
# For the organizer:
#   user ${user}, password ${password}
#   Declare a queue whose name begins with ${prefix} and bind it to the exchange guichet.public
#   with a key that begins the same: ${prefix}# for everything, ${prefix}order.confirmed for one type.`)
  return 0
}

/** For a POSIX shell. */
function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
