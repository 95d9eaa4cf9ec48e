import { inTransaction, sql } from '@guichet/database'
import type { Context } from '../context.ts'
import type { Tx } from '../db.ts'
import { daysAgo } from './keep-config.ts'
import { firstIdAt, ROWS_MAX } from './pages.ts'

/**
 * Forgets a page of what was sent, with its journal, and of SMS the count of their order. Not what is still to be sent,
 * nor what is about an event that is not over for as long: reminders go once because of it. A bulk message is counted
 * first, and who asked for a second mail has its first one kept for as long as the second.
 */
export async function forgetDeliveries(ctx: Context, after: string): Promise<string | undefined> {
  const before = daysAgo(ctx.now(), ctx.config.keep.deliveries)
  return inTransaction(ctx.db, async (tx) => {
    const { rows } = await sql<{ last: string | null; orders: string[] }>`
      with page as materialized (
        select id from delivery where id > ${after} and id < ${firstIdAt(before)} order by id limit ${ROWS_MAX}
      ), gone as (
        delete from delivery d using page
         where d.id = page.id and d.created_at < ${before} and d.state not in ('pending', 'sending', 'retrying')
           and not exists (select from event_copy e where e.id = d.event_id and e.ends_at > ${before})
           and not exists (select from delivery again where again.resend_of = d.id)
           and not exists (select from bulk_message b where b.id = d.bulk_message_id and b.results is null)
        returning d.order_id, d.channel
      )
      select (select id from page order by id desc limit 1) as last,
             array(select distinct 'order:' || order_id from gone where channel = 'sms' and order_id is not null) as orders
    `.execute(tx)
    const { last, orders = [] } = rows[0] ?? {}
    if (orders.length > 0) await forgetCounts(tx, orders)
    return last ?? undefined
  })
}

/** What an order may still be sent is counted until the last message of it goes. */
async function forgetCounts(tx: Tx, keys: readonly string[]): Promise<void> {
  await sql`
    delete from sms_count
     where key = any(${keys}) and period = 'ever'
       and not exists (select from delivery where order_id = substring(key from 7)::uuid)`.execute(tx)
}

/** Forgets a page of what events had to tell, once nothing is left that was told by it. */
export async function forgetAnnouncements(ctx: Context, after: string): Promise<string | undefined> {
  const before = daysAgo(ctx.now(), ctx.config.keep.deliveries)
  const { rows } = await sql<{ last: string | null }>`
    with page as materialized (
      select id from announcement where id > ${after} and id < ${firstIdAt(before)} order by id limit ${ROWS_MAX}
    ), gone as (
      delete from announcement a using page
       where a.id = page.id and a.created_at < ${before} and a.done_at is not null
         and not exists (select from delivery d where d.announcement_id = a.id)
         and not exists (select from event_copy e where e.id = a.event_id and e.ends_at > ${before})
    )
    select (select id from page order by id desc limit 1) as last
  `.execute(ctx.db)
  return rows[0]?.last ?? undefined
}
