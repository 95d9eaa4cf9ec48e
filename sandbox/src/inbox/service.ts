import { randomBytes } from 'node:crypto'
import { createApp } from '../server.ts'
import type { Config } from './config.ts'
import { createFaults, type Faults } from './faults.ts'
import { addRoutes } from './http.ts'
import { type Mailbox, openMailbox } from './mailbox.ts'
import { createSmtp } from './smtp.ts'

export type Context = { config: Config; mailbox: Mailbox; faults: Faults }

/** The mail inbox: an SMTP server that delivers to a folder, and pages that show it. */
export async function createInbox(config: Config, { now = Date.now }: { now?: () => number } = {}) {
  const newId = () => `msg_${randomBytes(12).toString('hex')}`
  const mailbox = await openMailbox({ folder: config.journal, messagesMax: config.messagesMax, now, newId })
  const ctx: Context = { config, mailbox, faults: createFaults() }
  const { basePath, logLevel } = config
  const app = await createApp({ name: 'inbox', basePath, logLevel, flushed: mailbox.flushed })
  addRoutes(app, ctx)
  const smtp = createSmtp(mailbox, ctx.faults)

  return {
    app,
    context: ctx,
    async start() {
      const smtpPort = await smtp.listen(config.smtpPort, config.host)
      const url = await app.listen({ host: config.host, port: config.httpPort })
      app.log.info({ smtpPort }, 'SMTP listening')
      return { url, smtpPort }
    },
    async stop() {
      await Promise.all([smtp.close(), app.close()])
      await mailbox.close()
    },
  }
}
