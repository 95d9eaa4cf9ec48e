/**
 * Looks at the dead letters of a queue, puts them back, mended or not, or throws them away
 * (docs/runbooks/dead-letters.md). Run by `./guichet dead-letters`, or in a container of a service with
 * `BUS_URL=… node packages/messaging/src/dead-letters.ts …`.
 */
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import type { Bus } from './bus.ts'
import { connectBus } from './connect.ts'
import type { DeadLetter, Selection } from './dead-letter.ts'
import { mendDeadLetter } from './mend-dead-letter.ts'
import { readMessageContracts } from './message-contracts.ts'

const USAGE = `Usage: dead-letters list [QUEUE…] [--json] [--limit 100]
       dead-letters show QUEUE KEY
       dead-letters replay QUEUE (KEY… | --all)
       dead-letters replay QUEUE KEY --body FILE     (the whole mended message; - reads it from the standard input)
       dead-letters discard QUEUE (KEY… | --all) --reason TEXT
Queues have the names of the services. On a running copy: --data DIR; on a broker: --bus-url amqp://… or BUS_URL.`

/** What cannot be, in one sentence. */
class Refused extends Error {}

type Values = ReturnType<typeof readArguments>['values']

function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        'bus-url': { type: 'string' },
        all: { type: 'boolean', default: false },
        body: { type: 'string' },
        json: { type: 'boolean', default: false },
        limit: { type: 'string', default: '100' },
        reason: { type: 'string' },
      },
    })
  } catch (error) {
    throw new Refused(`${(error as Error).message.split(/[.\n]/)[0]}.\n${USAGE}`)
  }
}

async function main(args: string[]): Promise<void> {
  if (args.includes('--help')) return console.log(USAGE)
  const { values, positionals } = readArguments(args)
  const [command, queue, ...keys] = positionals
  const url = values['bus-url'] ?? process.env.BUS_URL
  if (!command || !['list', 'show', 'replay', 'discard'].includes(command)) throw new Refused(USAGE)
  if (!url) throw new Refused('Name the broker: --bus-url amqp://… or BUS_URL.')
  const bus = connectBus(url, { log: pino({ level: 'fatal' }) })
  try {
    await untilReady(bus)
    if (command === 'list') return await list(bus, queue ? [queue, ...keys] : await queues(), values)
    if (!queue) throw new Refused(`Name the queue.\n${USAGE}`)
    if (command === 'show') return await show(bus, queue, keys[0])
    const selection = select(keys, values)
    if (command === 'discard') await discard(bus, queue, selection, values)
    else if (values.body) await mend(bus, queue, selection, values.body)
    else console.log(`${await bus.deadLetters.replay(queue, selection)} put back`)
  } finally {
    await bus.close()
  }
}

async function untilReady(bus: Bus): Promise<void> {
  for (let tries = 0; !bus.ready(); tries++) {
    if (tries > 50) throw new Refused('The broker does not answer.')
    await pause(100)
  }
}

/** Every queue that a contract names, and that of the public stream, which takes many types. */
async function queues(): Promise<string[]> {
  return [...new Set(['webhooks', ...(await readMessageContracts()).flatMap(({ consumers }) => consumers)])].sort()
}

async function list(bus: Bus, names: string[], { json, limit }: Values): Promise<void> {
  if (!/^[1-9]\d{0,4}$/.test(limit)) throw new Refused('--limit is a whole number from 1.')
  for (const queue of names) {
    const letters = await bus.deadLetters.list(queue, { limit: Number(limit) }).catch((error: unknown) => {
      // A broker's user may be allowed to read some queues and not others.
      console.error(`${queue}: cannot be read (${error instanceof Error ? error.message : error})`)
      process.exitCode = 1
    })
    if (!letters) continue
    if (json) for (const letter of letters) console.log(JSON.stringify({ queue, ...letter }))
    else print(queue, letters, await bus.deadLetters.count(queue))
  }
}

function print(queue: string, letters: DeadLetter[], count: number): void {
  console.log(`${queue}: ${count === 0 ? 'no dead letters' : `${count} dead`}`)
  for (const { key, type, attempts, error, diedAt } of letters) {
    console.log(`  ${diedAt}  ${key}  ${type || '(no message)'}  ${attempts}×  ${error.split('\n')[0]?.slice(0, 120)}`)
  }
}

async function show(bus: Bus, queue: string, key: string | undefined): Promise<void> {
  const letter = key ? await bus.deadLetters.find(queue, key) : undefined
  if (!letter) throw new Refused(`${queue} has no dead letter ${key ?? ''}`)
  console.log(JSON.stringify(letter, null, 2))
}

function select(keys: string[], { all }: Values): Selection {
  if (all === keys.length > 0) throw new Refused(`Name the letters, or say --all.\n${USAGE}`)
  return all ? 'all' : keys
}

async function mend(bus: Bus, queue: string, selection: Selection, file: string): Promise<void> {
  const [key, ...others] = selection === 'all' ? [] : selection
  if (!key || others.length > 0) throw new Refused('A mended message takes the place of one letter: name it.')
  const body = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')
  const mending = await mendDeadLetter(bus, queue, key, JSON.parse(body))
  if (mending === 'missing') throw new Refused(`${queue} has no dead letter ${key}`)
  if (mending !== 'mended') {
    const faults = mending.map(({ pointer, detail }) => `  ${pointer} ${detail}`)
    throw new Refused(`The message breaks its contract:\n${faults.join('\n')}`)
  }
  console.log('1 mended and put back')
}

async function discard(bus: Bus, queue: string, selection: Selection, { reason }: Values): Promise<void> {
  if (!reason?.trim()) throw new Refused('Say why: --reason TEXT. What is thrown away reaches nobody any more.')
  const gone = await bus.deadLetters.discard(queue, selection)
  const which = selection === 'all' ? 'all' : selection
  pino().warn({ queue, keys: which, count: gone, reason, actor: userInfo().username }, 'dead letters discarded')
  console.log(`${gone} discarded`)
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = error instanceof Refused && error.message.includes(USAGE) ? 2 : 1
})
