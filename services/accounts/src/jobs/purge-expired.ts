import type { Context } from '../context.ts'

const DAY_MS = 24 * 3_600_000

/**
 * Forgets what is over: changes of address once they can't be confirmed or undone, farewells that could not be sent for
 * three days, links and sessions after 30 days, idempotency keys after 31, addresses in the audit log after 180.
 */
export async function purgeExpired({ db, now }: Pick<Context, 'db' | 'now'>): Promise<void> {
  const ago = (days: number) => new Date(now().getTime() - days * DAY_MS)
  await db.deleteFrom('email_change').where('ends_at', '<', now()).execute()
  await db.deleteFrom('farewell').where('created_at', '<', ago(3)).execute()
  await db.deleteFrom('one_time_link').where('expires_at', '<', ago(30)).execute()
  await db
    .deleteFrom('session')
    .where((row) => row.or([row('expires_at', '<', ago(30)), row('revoked_at', '<', ago(30))]))
    .execute()
  await db.deleteFrom('idempotency_key').where('created_at', '<', ago(31)).execute()
  await db.deleteFrom('token_cutoff').where('issued_before', '<', ago(1)).execute()
  await db.updateTable('audit_entry').set({ ip: null }).where('at', '<', ago(180)).where('ip', 'is not', null).execute()
}
