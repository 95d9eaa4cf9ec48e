import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { openJournal } from '../journal.ts'
import { createApp } from '../server.ts'
import type { Config } from './config.ts'
import type { Context } from './context.ts'
import { createFaults } from './faults.ts'
import { addRoutes } from './http.ts'
import { createLedger, type Entry } from './ledger.ts'
import { startSettling } from './settlement.ts'
import { createDispatcher } from './webhooks.ts'

type Overrides = { now?: () => number }

/** The simulated payment provider: rebuilds its state from the journal, then serves, settles and sends webhooks. */
export async function createPayments(config: Config, { now = Date.now }: Overrides = {}) {
  const ledger = createLedger()
  const journal = await openJournal<Entry>(join(config.journal, 'journal.jsonl'), { replay: ledger.apply })
  const basePath = new URL(config.publicUrl).pathname.replace(/\/+$/, '')
  const context: Omit<Context, 'webhooks'> = {
    config,
    basePath,
    ledger,
    faults: createFaults(),
    now,
    newId: (prefix) => `${prefix}_${randomBytes(16).toString('hex')}`,
    record(fact) {
      const entry = { ...fact, at: new Date(now()).toISOString() } as Entry
      ledger.apply(entry)
      journal.append(entry)
      webhooks.look()
    },
    flushed: journal.flushed,
  }
  const webhooks = createDispatcher(context)
  const ctx: Context = { ...context, webhooks }
  const app = await createApp({ name: 'payments', basePath, logLevel: config.logLevel, flushed: journal.flushed })
  addRoutes(app, ctx)
  let stopSettling = () => {}

  return {
    app,
    context: ctx,
    async start() {
      const url = await app.listen({ host: config.host, port: config.port })
      stopSettling = startSettling(ctx)
      webhooks.look()
      return { url }
    },
    async stop() {
      stopSettling()
      await webhooks.stop()
      await app.close()
      await journal.close()
    },
  }
}
