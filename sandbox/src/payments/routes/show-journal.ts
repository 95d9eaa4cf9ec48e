import type { App } from '../../server.ts'
import type { Context } from '../context.ts'

/** GET /journal : the independent record of charges and refunds, for whoever checks the shop's books against it. */
export function showJournal(app: App, ctx: Context): void {
  app.get('/journal', async () => {
    const sessions = [...ctx.ledger.sessions.values()]
    return {
      charges: sessions.flatMap(({ id: sessionId, charge, reference, amountMinor, currency }) =>
        charge ? [{ ...charge, sessionId, reference, amountMinor, currency }] : [],
      ),
      refunds: sessions.flatMap(({ id: sessionId, refunds, reference, currency }) =>
        refunds.map((refund) => ({ ...refund, sessionId, reference, currency })),
      ),
      sessions: sessions.map(({ id, state, reference, amountMinor, currency }) => ({
        id,
        state,
        reference,
        amountMinor,
        currency,
      })),
      webhooks: { pending: ctx.ledger.pending.size, ...ctx.ledger.webhookCounts },
    }
  })
}
