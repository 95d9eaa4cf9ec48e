import { sql } from '@guichet/database'
import { newUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS, type RunRow } from '../db.ts'

const DAY_MS = 86_400_000
/** Providers may have news of a payment for days. */
const LOOK_BACK_MS = 3 * DAY_MS
/** When a day's comparison begins, by UTC. */
const DAY_BEGINS_MS = 3 * 3_600_000

interface NewRun {
  organizerId: string
  trigger: 'member' | 'command'
  since?: Date | undefined
  repair: boolean
  requestedBy?: string
}

/** Asks for a comparison; of a member's, one at a time is waiting: the present one is the answer to the next. */
export async function requestRun(
  ctx: Context,
  { organizerId, trigger, since, repair, requestedBy }: NewRun,
): Promise<RunRow> {
  const now = await ctx.time(ctx.db)
  const lease = trigger === 'command' ? { started_at: now, leased_until: leaseFrom(now) } : {}
  const made = await ctx.db
    .insertInto('reconciliation_run')
    .values({
      id: newUuid(),
      organizer_id: organizerId,
      trigger,
      since: since ?? new Date(now.getTime() - LOOK_BACK_MS),
      repair,
      requested_by: requestedBy ?? null,
      requested_at: now,
      ...lease,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning(COLUMNS.reconciliation_run)
    .executeTakeFirst()
  if (made) return made
  const waiting = await ctx.db
    .selectFrom('reconciliation_run')
    .select(COLUMNS.reconciliation_run)
    .where('organizer_id', '=', organizerId)
    .where('trigger', '=', 'member')
    .where('finished_at', 'is', null)
    .executeTakeFirst()
  // Finished just now: then there is room for another.
  return waiting ?? requestRun(ctx, { organizerId, trigger, since, repair, ...(requestedBy ? { requestedBy } : {}) })
}

/** Takes a run that waits, or whose process is gone. */
export async function claimRun(ctx: Context): Promise<RunRow | undefined> {
  const now = await ctx.time(ctx.db)
  return ctx.db
    .updateTable('reconciliation_run')
    .set({ started_at: sql<Date>`coalesce(started_at, ${now})`, leased_until: leaseFrom(now) })
    .where(
      'id',
      '=',
      sql<string>`(select id from reconciliation_run where finished_at is null and (leased_until is null or leased_until < ${now})
                    order by requested_at limit 1 for no key update skip locked)`,
    )
    .returning(COLUMNS.reconciliation_run)
    .executeTakeFirst()
}

/** The day's run of one organizer that has not had it yet; of those only that sold something before the day began. */
export async function beginDailyRun(ctx: Context): Promise<RunRow | undefined> {
  const now = await ctx.time(ctx.db)
  const dayBegan = new Date(Math.floor((now.getTime() - DAY_BEGINS_MS) / DAY_MS) * DAY_MS + DAY_BEGINS_MS)
  const { rows } = await sql<{ id: string }>`
    insert into reconciliation_run (id, organizer_id, trigger, day, since, requested_at, started_at, leased_until)
    select ${newUuid()}, event.organizer_id, 'daily', ${dayBegan.toISOString().slice(0, 10)}::date,
           ${new Date(dayBegan.getTime() - LOOK_BACK_MS)}, ${now}, ${now}, ${leaseFrom(now)}
      from event
     where (select created_at from orders where orders.event_id = event.event_id order by id limit 1) < ${dayBegan}
       and not exists (select from reconciliation_run done where done.organizer_id = event.organizer_id
                          and done.day = ${dayBegan.toISOString().slice(0, 10)}::date)
     limit 1
        on conflict do nothing
    returning id`.execute(ctx.db)
  const [begun] = rows
  if (!begun) return undefined
  return ctx.db
    .selectFrom('reconciliation_run')
    .select(COLUMNS.reconciliation_run)
    .where('id', '=', begun.id)
    .executeTakeFirst()
}

const leaseFrom = (now: Date) => new Date(now.getTime() + 15 * 60_000)
