/** A process of its own that is killed with -9 in the middle of handling its first message. */
import { connectBus } from '../src/messaging.ts'
import { silent } from './fixture.ts'

const [url = '', queue = '', type = ''] = process.argv.slice(2)
connectBus(url, { log: silent }).consume({ queue, types: [type] }, async () => {
  process.kill(process.pid, 'SIGKILL')
  await new Promise(() => {})
})
