/** A process of its own that dies of one message and writes down which others it handled. */
import { connectBus } from '../src/messaging.ts'
import { silent } from './fixture.ts'

const [url = '', queue = '', type = '', poison = ''] = process.argv.slice(2)
connectBus(url, { log: silent }).consume({ queue, types: [type] }, async ({ id }) => {
  if (id === poison) process.kill(process.pid, 'SIGKILL')
  process.stdout.write(`${id}\n`)
})
