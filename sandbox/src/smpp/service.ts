import { Type } from 'typebox'
import { oneOf } from '../one-of.ts'
import { createApp } from '../server.ts'
import type { Config } from './config.ts'
import { FAULTS, type Faults } from './faults.ts'
import { openMessages } from './kept-messages.ts'
import { createSmscServer } from './smsc.ts'

/** The SMSC of the sandbox: SMPP on one port, its journal and its faults over HTTP on another. */
export async function createSmsc(config: Config, { now = Date.now }: { now?: () => number } = {}) {
  const messages = await openMessages(config.journal)
  const faults: Faults = { next: null }
  const smsc = createSmscServer({ config, messages, faults }, now)
  const app = await createApp({ name: 'smpp', basePath: '', logLevel: config.logLevel, flushed: messages.flushed })

  const querystring = Type.Object({ to: Type.Optional(Type.String({ maxLength: 20 })) })
  app.get('/messages', { schema: { querystring } }, async ({ query }) => ({ items: messages.joined(query.to) }))
  if (config.control) {
    const order = Type.Object(
      { next: oneOf([...FAULTS, 'ok']), count: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })) },
      { additionalProperties: false },
    )
    app.post('/control', { schema: { body: order } }, async ({ body: { next, count = 1 } }) => {
      faults.next = next === 'ok' ? null : { fault: next, count }
      return faults
    })
    app.post('/cut', async () => {
      smsc.cut()
      return {}
    })
    const reply = Type.Object({ from: Type.String(), text: Type.String({ maxLength: 160 }) })
    app.post('/replies', { schema: { body: reply } }, async ({ body }) => ({
      handed: smsc.reply(body.from, body.text),
    }))
  }

  return {
    app,
    async start() {
      await new Promise<void>((resolve, reject) => {
        smsc.server.once('error', reject)
        smsc.server.listen(config.port, config.host, resolve)
      })
      const url = await app.listen({ host: config.host, port: config.httpPort })
      return { url }
    },
    async stop() {
      smsc.cut()
      await Promise.all([app.close(), new Promise<void>((resolve) => smsc.server.close(() => resolve()))])
      await messages.close()
    },
  }
}
