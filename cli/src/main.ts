import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from './paths.ts'
import { Refusal } from './refusal.ts'

type Command = { summary: string; run: (args: string[]) => Promise<number> }

const commands: Record<string, Command> = {
  start: {
    summary: 'start everything and stay in the foreground [--port 4000] [--host 127.0.0.1] [--data DIR] [--empty]',
    run: async (args) => (await import('./start/start.ts')).start(args),
  },
  stop: {
    summary: 'stop the copy that runs on the data folder',
    run: async (args) => (await import('./stop.ts')).stop(args),
  },
  status: {
    summary: 'what runs: health, memory, restarts, messages that wait',
    run: async (args) => (await import('./status.ts')).status(args),
  },
  logs: {
    summary: 'logs [service] [--follow] [--lines 100]',
    run: async (args) => (await import('./logs.ts')).logs(args),
  },
  reconcile: {
    summary:
      'hold all books against each other and the payment providers’ [--repair] [--json] [--all | --since DATE] [--organizer ID]',
    run: async (args) => (await import('./reconcile.ts')).reconcile(args),
  },
  'dead-letters': {
    summary: 'messages that a queue gave up on: list, show, replay (mended or not), discard; see dead-letters --help',
    run: async (args) => (await import('./dead-letters.ts')).deadLetters(args),
  },
  messages: {
    summary: 'messages republish --since 2h [service …]: send again what a queue has lost',
    run: async (args) => (await import('./messages.ts')).messages(args),
  },
  doctor: {
    summary: 'ask everything that messages need, SPF, DKIM and DMARC too [--to ADDRESS] [--resolver IP] [--json]',
    run: async (args) => (await import('./doctor.ts')).doctor(args),
  },
  test: {
    summary: 'run every test, or those that vitest selects by the arguments [--second-try]',
    run: async (args) => (await import('./test.ts')).test(args),
  },
  bench: {
    summary:
      'measure the sale: [hot-event spread sold-out idle two-processes overload purchase peers relay growth mail memory] [--json]; all but mail and memory: ten minutes',
    run: async (args) => (await import('./bench.ts')).bench(args),
  },
  import: {
    summary: 'import events from FILE (conferences, ics, jsonld, csv); see import --help',
    run: async (args) => (await import('./import/import-command.ts')).importCommand(args),
  },
  'broker-access': {
    summary: 'print what lets an organizer hear of its own events at RabbitMQ: broker-access ORGANIZER_ID [--vhost /]',
    run: async (args) => (await import('./broker-access.ts')).brokerAccess(args),
  },
  webhooks: {
    summary: 'for who writes a receiver: listen [--forward URL], trigger TYPE; see webhooks --help',
    run: async (args) => (await import('./webhooks/webhooks.ts')).webhooks(args),
  },
  version: {
    summary: 'print the version',
    run: async () => {
      console.log(version())
      return 0
    },
  },
}

function version(): string {
  return (JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string }).version
}

function help(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(13)} ${summary}`)
  return `Guichet ${version()}: event ticketing on your own machine

Usage: ./guichet COMMAND [options]

${lines.join('\n')}

The data folder is .guichet in the clone; --data DIR or GUICHET_DATA names another one.
GUICHET_BUS_URL=amqp://… uses a RabbitMQ instead of the embedded bus.`
}

async function main([name, ...args]: string[]): Promise<number> {
  if (name === undefined || ['help', '--help', '-h'].includes(name)) {
    console.log(help())
    return 0
  }
  if (name === '--version') return main(['version'])
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) throw new Refusal(`There is no command "${name}": ./guichet --help lists them.`)
  const asksHelp = args.includes('--help') || args.includes('-h')
  if (asksHelp && !['import', 'test', 'dead-letters', 'webhooks'].includes(name)) {
    console.log(`./guichet ${name}: ${command.summary}`)
    return 0
  }
  return command.run(args)
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    console.error(error instanceof Refusal ? `guichet: ${error.message}` : error)
    process.exitCode = 1
  },
)
