import type { App } from '../server.ts'
import { authenticate } from './authenticate.ts'
import type { Context } from './context.ts'
import { actOnPayPage } from './routes/act-on-pay-page.ts'
import { controlFaults } from './routes/control-faults.ts'
import { createSession } from './routes/create-session.ts'
import { expireSession } from './routes/expire-session.ts'
import { getSession } from './routes/get-session.ts'
import { listSessions } from './routes/list-sessions.ts'
import { refundSession } from './routes/refund-session.ts'
import { showHome } from './routes/show-home.ts'
import { showJournal } from './routes/show-journal.ts'
import { showPayPage } from './routes/show-pay-page.ts'

/** The whole surface: the merchant's API behind the key, the buyer's pages open, the test's control only when asked for. */
export function addRoutes(app: App, ctx: Context): void {
  app.register(async (api: App) => {
    api.addHook('onRequest', authenticate(ctx.config.apiKey))
    createSession(api, ctx)
    getSession(api, ctx)
    listSessions(api, ctx)
    refundSession(api, ctx)
    expireSession(api, ctx)
  })
  showHome(app, ctx)
  showPayPage(app, ctx)
  actOnPayPage(app, ctx)
  if (ctx.config.control) {
    controlFaults(app, ctx)
    showJournal(app, ctx)
  }
}
