import { setTimeout as pause } from 'node:timers/promises'
import { sql } from '@guichet/database'
import { newUuid, parseId, toId } from '@guichet/server'
import { fetchAudience } from '../bulk-messages/audience.ts'
import { fetchOrdersOf } from '../content/orders-of-event.ts'
import type { Context } from '../context.ts'
import type { AnnouncementKind, EventFacts } from '../db.ts'
import { type Addressee, addDeliveries } from '../deliveries/add-deliveries.ts'
import { NotSent } from '../deliveries/not-sent.ts'
import type { Channel } from '../kinds.ts'
import type { Job } from './job.ts'

const IDLE_MS = 500
const RETRY_MS = 15_000
const AUDIENCE_PAGE = 200

interface Claim {
  id: string
  kind: AnnouncementKind
  source: string
  eventId: string
  organizerId: string
  cursor: string | null
  lease: string
  reminderRuleId: string | null
  channels: Channel[]
  expiresAt: Date | null
  facts: EventFacts
}

/**
 * Turns announcements into one delivery per order of the event. The page's deliveries and the place of the next page
 * commit together, so a crash repeats a page at most, and repeating a page adds nothing.
 */
export function startAnnouncing(ctx: Context): Job {
  const stopping = new AbortController()
  const running = (async () => {
    while (!stopping.signal.aborted) {
      const worked = await announceOnce(ctx).catch((error: unknown) => {
        ctx.log.warn({ err: error }, 'announcements wait')
        return false
      })
      if (!worked) await pause(IDLE_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** One page of one announcement. False when there is nothing to do, or its orders cannot be had now. */
async function announceOnce(ctx: Context): Promise<boolean> {
  if (ctx.outages.present().includes('tickets')) return false
  const claim = await claimAnnouncement(ctx)
  if (!claim) return false
  try {
    const page = await fetchPage(ctx, claim)
    await writePage(ctx, claim, page)
    return true
  } catch (error) {
    if (!(error instanceof NotSent)) throw error
    const next_attempt_at =
      error.how === 'away' ? ctx.outages.report(error.peer) : new Date(ctx.now().getTime() + RETRY_MS)
    ctx.log.warn({ reason: error.message, announcementId: claim.id }, 'the orders of an announcement cannot be had')
    await ctx.db
      .updateTable('announcement')
      .set({ next_attempt_at, last_error: error.message, lease: null })
      .where('id', '=', claim.id)
      .where('lease', '=', claim.lease)
      .execute()
    return false
  }
}

/** All who have a ticket, or those who bought within the time that it is about. */
async function fetchPage(ctx: Context, { eventId, organizerId, cursor, facts }: Claim) {
  const { boughtFrom, boughtBefore } = facts
  if (!boughtFrom || !boughtBefore) return fetchOrdersOf(ctx, eventId, cursor)
  const audience = { organizerId, eventId, segment: { boughtFrom, boughtBefore } }
  const { members, nextCursor } = await fetchAudience(ctx, audience, { cursor, limit: AUDIENCE_PAGE }).catch(
    (error: unknown) => {
      // The event was deleted since, and only one that nobody has bought can be.
      if (error instanceof NotSent && error.how === 'refused') return { members: [], nextCursor: null }
      throw error
    },
  )
  return { orderIds: members.map(({ orderId }) => toId('ord', orderId)), nextCursor }
}

async function claimAnnouncement(ctx: Context): Promise<Claim | undefined> {
  const now = ctx.now()
  const lease = newUuid(now.getTime())
  const { rows } = await sql<Claim>`
    update announcement set lease = ${lease}, next_attempt_at = ${new Date(now.getTime() + ctx.config.leaseSeconds * 1_000)}
     where id = (select id from announcement where done_at is null and next_attempt_at <= ${now}
                  order by next_attempt_at limit 1 for update skip locked)
    returning id, kind, source, event_id as "eventId", organizer_id as "organizerId", page_cursor as cursor, lease,
              reminder_rule_id as "reminderRuleId", channels, messages_expire_at as "expiresAt", facts
  `.execute(ctx.db)
  return rows[0]
}

async function writePage(ctx: Context, claim: Claim, page: { orderIds: string[]; nextCursor: string | null }) {
  const now = ctx.now()
  await ctx.db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('announcement')
      .set({
        page_cursor: page.nextCursor ?? claim.cursor,
        done_at: page.nextCursor === null ? now : null,
        next_attempt_at: now,
        lease: null,
        last_error: null,
      })
      .where('id', '=', claim.id)
      .where('lease', '=', claim.lease)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return
    await addDeliveries(
      tx,
      now,
      page.orderIds.flatMap((orderId) => addresseesOf(claim, orderId)),
    )
  })
  ctx.log.info({ eventId: toId('evt', claim.eventId), orders: page.orderIds.length, kind: claim.kind }, 'announced')
}

/** A reminder is once per rule and order, whenever it is planned; all else once per fact. */
function addresseesOf(claim: Claim, orderId: string): Addressee[] {
  const uuid = parseId('ord', orderId)
  if (!uuid) return []
  const { reminderRuleId, expiresAt } = claim
  return claim.channels.map((channel) => ({
    source: reminderRuleId ? toId('rem', reminderRuleId) : claim.source,
    kind: claim.kind,
    channel,
    recipientKey: uuid,
    orderId: uuid,
    eventId: claim.eventId,
    organizerId: claim.organizerId,
    announcementId: claim.id,
    ...(reminderRuleId ? { reminderRuleId } : {}),
    ...(expiresAt ? { expiresAt } : {}),
  }))
}
