import { once } from 'node:events'
import { Server } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { App } from './server.ts'

/** Long enough for a client that is at work to send its next request; an idle one keeps its connection for minutes. */
const DRAIN_MS = 500

/**
 * A stop that cuts nobody off in mid-request. Only the listener closes at first, because the HTTP server's own close also ends
 * connections on which the next request is already under way. What still arrives is served, and told that it was the last.
 */
export function drainBeforeClose(app: App): void {
  app.addHook('preClose', async () => {
    if (!app.server.listening) return
    const drained = once(app.server, 'close')
    // Right after the event loop has accepted: what the kernel has taken and we have not is reset by the close.
    setImmediate(() => Server.prototype.close.call(app.server))
    await Promise.race([drained, wait(DRAIN_MS)])
  })
}
