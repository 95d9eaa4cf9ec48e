import { sql } from '@guichet/database'
import type { Context } from '../context.ts'
import { daysAgo } from './keep-config.ts'
import { firstIdAt, ROWS_MAX } from './pages.ts'

/**
 * Forgets a page of the consents in whose place others came long ago. The latest of each address, sender, channel and
 * purpose stays, because it counts; when it is a refusal, its keyed hash is enough to keep to it, and the address goes.
 */
export async function forgetConsents(ctx: Context, after: string): Promise<string | undefined> {
  const before = daysAgo(ctx.now(), ctx.config.keep.consents)
  const { rows } = await sql<{ last: string | null }>`
    with page as materialized (
      select c.id, c.granted, c.address is not null and c.recorded_at < ${before} and c.given_at < ${before} as named,
             exists (select from consent later
                      where later.address_key = c.address_key and later.channel = c.channel and later.purpose = c.purpose
                        and later.organizer_id is not distinct from c.organizer_id
                        and (later.given_at, not later.granted, later.id) > (c.given_at, not c.granted, c.id)
                        and later.given_at < ${before}) as replaced
        from consent c where c.id > ${after} and c.id < ${firstIdAt(before)} order by c.id limit ${ROWS_MAX}
    ), gone as (
      delete from consent c using page where c.id = page.id and page.replaced
    ), unnamed as (
      update consent c set address = null from page
       where c.id = page.id and page.named and not page.granted and not page.replaced
    )
    select (select id from page order by id desc limit 1) as last
  `.execute(ctx.db)
  return rows[0]?.last ?? undefined
}
