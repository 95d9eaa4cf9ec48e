import type { App } from '../server.ts'
import { controlFaults } from './routes/control-faults.ts'
import { listMessages } from './routes/list-messages.ts'
import { sendMessage } from './routes/send-message.ts'
import { showMessages } from './routes/show-messages.ts'
import type { Context } from './service.ts'

export function addRoutes(app: App, ctx: Context): void {
  sendMessage(app, ctx)
  listMessages(app, ctx)
  showMessages(app, ctx)
  if (ctx.config.control) controlFaults(app, ctx)
}
