import type { App } from '../server.ts'
import { controlFaults } from './routes/control-faults.ts'
import { deleteMessages } from './routes/delete-messages.ts'
import { getMessage } from './routes/get-message.ts'
import { listMessages } from './routes/list-messages.ts'
import { showAttachment } from './routes/show-attachment.ts'
import { showInbox } from './routes/show-inbox.ts'
import { showMessage } from './routes/show-message.ts'
import { showMessageHtml } from './routes/show-message-html.ts'
import type { Context } from './service.ts'

/** The whole surface: JSON under /messages, the pages at the root. */
export function addRoutes(app: App, ctx: Context): void {
  listMessages(app, ctx)
  getMessage(app, ctx)
  deleteMessages(app, ctx)
  showInbox(app, ctx)
  showMessage(app, ctx)
  showMessageHtml(app, ctx)
  showAttachment(app, ctx)
  if (ctx.config.control) controlFaults(app, ctx)
}
