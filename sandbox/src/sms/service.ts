import { randomBytes } from 'node:crypto'
import { createApp } from '../server.ts'
import type { Config } from './config.ts'
import { createFaults, type Faults } from './faults.ts'
import { addRoutes } from './http.ts'
import { type Outbox, openOutbox } from './outbox.ts'

export type Context = { config: Config; outbox: Outbox; faults: Faults }

/** The SMS sink: accepts messages as a provider would, and shows them instead of sending them. */
export async function createSms(config: Config, { now = Date.now }: { now?: () => number } = {}) {
  const newId = () => `sms_${randomBytes(12).toString('hex')}`
  const outbox = await openOutbox({ folder: config.journal, now, newId })
  const ctx: Context = { config, outbox, faults: createFaults() }
  const { basePath, logLevel } = config
  const app = await createApp({ name: 'sms', basePath, logLevel, flushed: outbox.flushed })
  addRoutes(app, ctx)

  return {
    app,
    context: ctx,
    async start() {
      const url = await app.listen({ host: config.host, port: config.port })
      return { url }
    },
    async stop() {
      await app.close()
      await outbox.close()
    },
  }
}
