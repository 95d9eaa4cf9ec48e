import { sql } from '@guichet/database'
import { newUuid, toId } from '@guichet/server'
import { addressKey } from '../consent/address-key.ts'
import { quietUntil } from '../consent/quiet-hours.ts'
import type { Context } from '../context.ts'
import type { Tx } from '../db.ts'
import { type Addressee, addDeliveries } from '../deliveries/add-deliveries.ts'
import { NotSent } from '../deliveries/not-sent.ts'
import { findEventCopy } from '../events/event-copy.ts'
import { OPEN_STATES } from '../kinds.ts'
import { type AudienceMember, fetchAudience } from './audience.ts'
import { BULK_COLUMNS, type BulkMessage, recordAct } from './bulk-message.ts'
import { kindOf } from './kind.ts'
import { takeTurns } from './pace.ts'
import { findRefusedKeys } from './refused-keys.ts'

const PAGE = 500
/** So many are planned before they are due; what waits beyond that is still easily cancelled, and follows the pace. */
const AHEAD_MS = 10_000
/** When so many are overdue, the mail server does not keep up: planning more would only make a burst of them later. */
const OVERDUE_MAX = 1_000
const LOOK_AGAIN_MS = 1_000
const RETRY_MS = 15_000
/** A message to many that is a day late is of no use. */
const EXPIRES_MS = 24 * 3_600_000

type Claimed = BulkMessage & { lease: string }

/** One step of one message to many: begins it, plans its next page, or sees that it is through. False: nothing is due. */
export async function carryOn(ctx: Context): Promise<boolean> {
  const message = await claim(ctx)
  if (!message) return false
  try {
    if (message.paged_at) await endWhenThrough(ctx, message)
    else if (await isBehind(ctx, message)) await release(ctx, message, LOOK_AGAIN_MS)
    else {
      const morning = await endOfNight(ctx, message)
      if (morning) await release(ctx, message, morning.getTime() - ctx.now().getTime())
      else await planPage(ctx, message)
    }
    return true
  } catch (error) {
    if (!(error instanceof NotSent)) throw error
    ctx.log.warn({ reason: error.message, bulkMessageId: toId('blk', message.id) }, 'an audience cannot be had')
    if (error.how === 'refused') await fail(ctx, message, error.message)
    else {
      const until = error.how === 'away' ? ctx.outages.report(error.peer).getTime() - ctx.now().getTime() : RETRY_MS
      await release(ctx, message, until, error.message)
    }
    return false
  }
}

/** Takes a due message, and begins it if it was only scheduled. */
async function claim(ctx: Context): Promise<Claimed | undefined> {
  const now = ctx.now()
  const lease = newUuid(now.getTime())
  return ctx.db.transaction().execute(async (tx) => {
    const due = await tx
      .selectFrom('bulk_message')
      .select(['id', 'state'])
      .where('state', 'in', ['scheduled', 'sending'])
      .where('next_attempt_at', '<=', now)
      .orderBy('next_attempt_at')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst()
    if (!due) return undefined
    if (due.state === 'scheduled') await recordAct(tx, due.id, 'begun', null, now)
    const taken = await tx
      .updateTable('bulk_message')
      .set({
        lease,
        next_attempt_at: new Date(now.getTime() + ctx.config.leaseSeconds * 1_000),
        ...(due.state === 'scheduled' ? { state: 'sending', begun_at: now, version: sql<number>`version + 1` } : {}),
      })
      .where('id', '=', due.id)
      .returning(BULK_COLUMNS)
      .executeTakeFirstOrThrow()
    return { ...taken, lease }
  })
}

async function isBehind(ctx: Context, { id }: Claimed): Promise<boolean> {
  const { rows } = await sql<{ overdue: number }>`
    select count(*)::int as overdue
      from (select from delivery
             where bulk_message_id = ${id} and state in ('pending', 'sending', 'retrying')
               and next_attempt_at <= ${ctx.now()} limit ${OVERDUE_MAX}) as due`.execute(ctx.db)
  return (rows[0]?.overdue ?? 0) >= OVERDUE_MAX
}

/** Planned by night, all would be due in the same minute of the morning. Undefined by day. */
async function endOfNight(ctx: Context, message: Claimed): Promise<Date | undefined> {
  const hours = ctx.config.quietHours
  if (!hours) return undefined
  const event = await findEventCopy(ctx.db, message.event_id)
  return quietUntil(hours, ctx.now(), event?.time_zone ?? 'Europe/Paris')
}

/** The page's deliveries and the place of the next page commit together, so a crash repeats a page and adds nothing. */
async function planPage(ctx: Context, message: Claimed): Promise<void> {
  const page = await fetchAudience(ctx, audienceOf(message), { cursor: message.page_cursor, limit: PAGE })
  const now = ctx.now()
  const planned = await ctx.db.transaction().execute(async (tx) => {
    const ours = await tx
      .updateTable('bulk_message')
      .set({ page_cursor: page.nextCursor, paged_at: page.nextCursor === null ? now : null, last_error: null })
      .where('id', '=', message.id)
      .where('lease', '=', message.lease)
      .where('state', '=', 'sending')
      .executeTakeFirst()
    if (ours.numUpdatedRows === 0n) return undefined
    const addressees = await addresseesOf(ctx, tx, message, page.members, now)
    await addDeliveries(tx, now, addressees)
    const last = Math.max(now.getTime(), ...addressees.map(({ dueAt }) => dueAt?.getTime() ?? 0))
    await tx
      .updateTable('bulk_message')
      .set({ lease: null, next_attempt_at: new Date(Math.max(now.getTime(), last - AHEAD_MS)) })
      .where('id', '=', message.id)
      .execute()
    return addressees.length
  })
  ctx.log.info({ bulkMessageId: toId('blk', message.id), planned }, 'planned a page of a message to many')
}

/** Whoever bought after it began is not meant any more: so the audience has an end, and pages do not move. */
export function audienceOf(message: BulkMessage) {
  const { begun_at, segment } = message
  const bounded = begun_at !== null && (segment.orderState ?? 'confirmed') === 'confirmed' && !segment.boughtBefore
  return {
    organizerId: message.organizer_id,
    eventId: message.event_id,
    segment: bounded ? { ...segment, boughtBefore: begun_at.toISOString() } : segment,
  }
}

/** One for each address that has none yet; those who want none get one that says so. */
async function addresseesOf(
  ctx: Context,
  tx: Tx,
  message: Claimed,
  members: readonly AudienceMember[],
  now: Date,
): Promise<Addressee[]> {
  const byKey = new Map<string, AudienceMember>()
  for (const member of members) {
    const key = addressKey(ctx.keys, member.email).toString('hex')
    if (!byKey.has(key)) byKey.set(key, member)
  }
  const source = toId('blk', message.id)
  const known = await tx
    .selectFrom('delivery')
    .select('recipient_key')
    .where('source', '=', source)
    .where('kind', '=', kindOf(message))
    .where('channel', '=', 'email')
    .where('recipient_key', 'in', [...byKey.keys(), ''])
    .execute()
  for (const { recipient_key } of known) byKey.delete(recipient_key)
  const refused = await findRefusedKeys(tx, message.organizer_id, message.purpose, [...byKey.keys()])
  const turns = await takeTurns(tx, ctx.config, message.organizer_id, byKey.size - refused.size, now)
  return [...byKey].map(([recipientKey, { orderId, ticketId, language }]) => {
    const dueAt = refused.has(recipientKey) ? now : (turns.shift() ?? now)
    return {
      source,
      kind: kindOf(message),
      channel: 'email',
      recipientKey,
      orderId,
      ...(ticketId ? { ticketId } : {}),
      eventId: message.event_id,
      organizerId: message.organizer_id,
      language,
      bulkMessageId: message.id,
      dueAt,
      expiresAt: new Date(dueAt.getTime() + EXPIRES_MS),
      ...(refused.has(recipientKey) ? { skip: 'no-consent' as const } : {}),
    }
  })
}

async function endWhenThrough(ctx: Context, message: Claimed): Promise<void> {
  const open = await ctx.db
    .selectFrom('delivery')
    .select('id')
    .where('bulk_message_id', '=', message.id)
    .where('state', 'in', OPEN_STATES)
    .limit(1)
    .executeTakeFirst()
  if (open) await release(ctx, message, LOOK_AGAIN_MS)
  else await end(ctx, message, 'sent', 'ended')
}

function fail(ctx: Context, message: Claimed, reason: string): Promise<void> {
  return end(ctx, message, 'failed', 'failed', reason)
}

async function end(
  ctx: Context,
  message: Claimed,
  state: 'sent' | 'failed',
  act: 'ended' | 'failed',
  reason: string | null = null,
): Promise<void> {
  const now = ctx.now()
  await ctx.db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('bulk_message')
      .set({ state, ended_at: now, next_attempt_at: null, lease: null, last_error: reason, version: sql`version + 1` })
      .where('id', '=', message.id)
      .where('lease', '=', message.lease)
      .where('state', '=', 'sending')
      .executeTakeFirst()
    if (numUpdatedRows > 0n) await recordAct(tx, message.id, act, null, now)
  })
}

async function release(ctx: Context, message: Claimed, forMs: number, reason: string | null = null): Promise<void> {
  await ctx.db
    .updateTable('bulk_message')
    .set({ lease: null, next_attempt_at: new Date(ctx.now().getTime() + forMs), last_error: reason })
    .where('id', '=', message.id)
    .where('lease', '=', message.lease)
    .where('state', '=', 'sending')
    .execute()
}
