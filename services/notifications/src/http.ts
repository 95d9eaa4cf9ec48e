import { type App, createServer, type ServerOptions } from '@guichet/server'
import type { Context } from './context.ts'
import { ACCESS } from './permissions.ts'
import { PROBLEMS } from './problems.ts'
import { getDelivery } from './routes/get-delivery.ts'
import { listDeliveries } from './routes/list-deliveries.ts'
import { retryDelivery } from './routes/retry-delivery.ts'

/** The whole surface, one line each. */
export function createHttp(ctx: Context, options: Pick<ServerOptions, 'verifier' | 'ready'>): App {
  const app = createServer({
    ...options,
    service: 'notifications',
    version: '1.0.0',
    description: 'What was sent to whom, by e-mail and SMS, and what was not.',
    problems: PROBLEMS,
    access: ACCESS,
    log: ctx.log,
  })
  // Registered after the OpenAPI plugin, which sees only the routes that come later.
  app.after(() => {
    listDeliveries(app, ctx)
    getDelivery(app, ctx)
    retryDelivery(app, ctx)
  })
  return app
}
