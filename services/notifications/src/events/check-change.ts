import type { Order } from '../content/order.ts'
import type { Context } from '../context.ts'
import type { Claim } from '../deliveries/claim-deliveries.ts'
import { Skipped } from '../deliveries/not-sent.ts'
import { findEventCopy } from './event-copy.ts'
import { whatChanged } from './what-changed.ts'

/** Orders reach tickets' copy of an event a little later than the change itself. */
export const SLACK_MS = 60_000

/** Throws {@link Skipped} when a change is not the buyer's any more, or no longer true, at the moment of sending. */
export async function checkChange(ctx: Context, claim: Claim, order: Order): Promise<void> {
  const skipped = (reason: string) => new Skipped('no-longer-true', reason)
  if (order.state !== 'confirmed') throw skipped('The order was refunded since: the change is not its own.')
  if (!order.tickets.some((ticket) => ticket.valid)) throw skipped('The order has no valid ticket any more.')
  const { changedAt, toldApart = [], startsAt, endsAt, timeZone, venue, version } = claim.announcement?.facts ?? {}
  if (changedAt && order.createdAt && Date.parse(order.createdAt) > Date.parse(changedAt) + SLACK_MS) {
    throw skipped('The order was placed after the change.')
  }
  const bought = Date.parse(order.confirmedAt ?? '')
  if (toldApart.some((one) => bought >= Date.parse(one.boughtFrom) && bought < Date.parse(one.boughtBefore))) {
    throw skipped('The order was bought while something else stood: another message says what is true now.')
  }
  const event = claim.eventId ? await findEventCopy(ctx.db, claim.eventId) : undefined
  if (!event || !startsAt || !endsAt || !timeZone || event.version <= (version ?? 0)) return
  if (event.status !== 'published') throw skipped('The event takes place no more: another message says so.')
  const told = { starts_at: new Date(startsAt), ends_at: new Date(endsAt), time_zone: timeZone, venue: venue ?? {} }
  const changed = whatChanged(told, event)
  if (changed.time || changed.place) throw skipped('The event has changed once more: another message says so.')
}
