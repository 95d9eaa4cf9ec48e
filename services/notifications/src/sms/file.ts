import { appendFile, readFile } from 'node:fs/promises'
import { NotSent } from '../deliveries/not-sent.ts'
import type { SmsProvider } from './provider.ts'

/** One JSON line per SMS, for a machine without a provider. A key that the file holds is not written again. */
export function createFileSms(file: URL): SmsProvider {
  let turn: Promise<void> = Promise.resolve()

  async function write(line: { to: string; text: string; key: string }): Promise<void> {
    try {
      const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return ''
        throw error
      })
      if (!before.includes(JSON.stringify(line.key)))
        await appendFile(file, `${JSON.stringify(line)}\n`, { mode: 0o600 })
    } catch (error) {
      throw new NotSent('away', 'sms', 'The SMS file cannot be written.', error)
    }
  }

  return {
    name: 'file',
    send({ to, content: { text }, key }) {
      // One after the other, or two could both find the key missing.
      const written = turn.then(() => write({ to, text, key }))
      turn = written.catch(() => undefined)
      return written.then(() => ({}))
    },
  }
}
