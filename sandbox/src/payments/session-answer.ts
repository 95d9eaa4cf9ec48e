import { notFound } from '../problem.ts'
import type { Context } from './context.ts'
import { refundedMinor, type Session } from './ledger.ts'

export function findSession(ctx: Context, id: string): Session {
  const session = ctx.ledger.sessions.get(id)
  if (!session) throw notFound()
  return session
}

export const payUrl = (ctx: Context, session: Session) => `${ctx.config.publicUrl}/pay/${session.id}`

/** A session as the merchant's API shows it. */
export function sessionAnswer(ctx: Context, session: Session) {
  return {
    id: session.id,
    url: payUrl(ctx, session),
    state: session.state,
    amountMinor: session.amountMinor,
    currency: session.currency,
    reference: session.reference,
    refundedMinor: refundedMinor(session),
    refunds: session.refunds,
    createdAt: session.createdAt,
    chargedAt: session.charge?.at ?? null,
  }
}
