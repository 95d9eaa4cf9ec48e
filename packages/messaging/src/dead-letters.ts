/**
 * Looks at the dead letters of a queue, or puts them back (docs/runbooks/dead-letters.md):
 * `BUS_URL=… node packages/messaging/src/dead-letters.ts list|replay <queue>`
 */
import { pino } from 'pino'
import { connectBus } from './connect.ts'

const [command, queue] = process.argv.slice(2)
const url = process.env.BUS_URL
if (!url || !queue || (command !== 'list' && command !== 'replay')) {
  console.error('Usage: BUS_URL=amqp://… node packages/messaging/src/dead-letters.ts list|replay <queue>')
  process.exit(2)
}
const bus = connectBus(url, { log: pino({ level: 'error' }) })
try {
  for (let tries = 0; !bus.ready(); tries++) {
    if (tries > 50) throw new Error('The broker does not answer.')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  if (command === 'replay') console.log(`${await bus.deadLetters.replay(queue, 'all')} put back`)
  else for (const letter of await bus.deadLetters.list(queue)) console.log(JSON.stringify(letter))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await bus.close()
}
