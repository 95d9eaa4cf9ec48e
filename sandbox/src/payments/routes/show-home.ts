import type { App } from '../../server.ts'
import { languageOf, sendPage } from '../../server.ts'
import type { Context } from '../context.ts'
import { homePage } from '../pages.ts'

/** GET / : says what this is to somebody who took the path off a payment link. */
export function showHome(app: App, ctx: Context): void {
  app.get('/', (request, reply) => sendPage(reply, homePage(languageOf(request), ctx.basePath)))
}
