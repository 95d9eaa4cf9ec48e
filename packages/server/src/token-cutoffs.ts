import { type Db, sql, type Tx } from '@guichet/database'
import { parseId } from './ids.ts'

export interface TokenCutoffTable {
  token_cutoff: { user_id: string; issued_before: Date }
}

export interface TokenCutoffs {
  /** True when the user's tokens issued at that time are no longer good. In memory: no query. */
  isStale(userId: string, issuedAt: Date): boolean
  /** Reads the table now, and then every few seconds, so that all processes of a service agree. */
  start(): Promise<void>
  stop(): void
  handlers: Record<string, (tx: Tx<TokenCutoffTable>, message: { data: unknown }) => Promise<void>>
}

/** An access token lives ten minutes at most, so an older cut-off says nothing. */
const REMEMBER = '15 minutes'
const REFRESH_MS = 3_000
const FORGET_MS = 24 * 3_600_000

/**
 * Access tokens are checked without asking accounts; this is how a change of role or a sign-out everywhere still counts
 * within seconds: accounts announces it, each service keeps the time, and older tokens are refused, so that the client
 * fetches a new one.
 */
export function createTokenCutoffs<Schema extends TokenCutoffTable>(db: Db<Schema>): TokenCutoffs {
  const own = db as unknown as Db<TokenCutoffTable>
  let cutoffs = new Map<string, Date>()
  const timers: NodeJS.Timeout[] = []

  async function refresh(): Promise<void> {
    const rows = await own
      .selectFrom('token_cutoff')
      .select(['user_id', 'issued_before'])
      .where('issued_before', '>', sql<Date>`now() - ${sql.lit(REMEMBER)}::interval`)
      .execute()
    cutoffs = new Map(rows.map((row) => [row.user_id, row.issued_before]))
  }

  /** What is older says nothing any more, and names a user. */
  async function forget(): Promise<void> {
    await own.deleteFrom('token_cutoff').where('issued_before', '<', sql<Date>`now() - interval '1 day'`).execute()
  }

  async function record(tx: Tx<TokenCutoffTable>, userId: unknown, before: unknown): Promise<void> {
    const uuid = typeof userId === 'string' ? parseId('usr', userId) : undefined
    const issuedBefore = new Date(String(before))
    if (!uuid || Number.isNaN(issuedBefore.getTime())) throw new Error('A token cut-off needs a user id and a time')
    await tx
      .insertInto('token_cutoff')
      .values({ user_id: uuid, issued_before: issuedBefore })
      .onConflict((conflict) =>
        conflict
          .column('user_id')
          .doUpdateSet({ issued_before: sql<Date>`greatest(token_cutoff.issued_before, excluded.issued_before)` }),
      )
      .execute()
    // Ahead of the commit: should it fail, one user fetches a new token for nothing. Messages may come late: never back.
    const known = cutoffs.get(uuid)
    if (known === undefined || known < issuedBefore) cutoffs.set(uuid, issuedBefore)
  }

  return {
    isStale(userId, issuedAt) {
      const uuid = parseId('usr', userId)
      const cutoff = uuid === undefined ? undefined : cutoffs.get(uuid)
      return cutoff !== undefined && issuedAt < cutoff
    },
    async start() {
      await Promise.all([refresh(), forget()])
      const every = (pauseMs: number, work: () => Promise<void>) =>
        // The database may be restarting; the next turn tries again, and the old cut-offs stand meanwhile.
        timers.push(setInterval(() => void work().catch(() => undefined), pauseMs).unref())
      every(REFRESH_MS, refresh)
      every(FORGET_MS, forget)
    },
    stop() {
      for (const timer of timers) clearInterval(timer)
    },
    handlers: {
      'accounts.sessions-revoked.v1': async (tx, message) => {
        const data = message.data as { userId: string; issuedBefore: string }
        await record(tx, data.userId, data.issuedBefore)
      },
      'accounts.membership-changed.v1': async (tx, message) => {
        const data = message.data as { userId: string; changedAt: string }
        await record(tx, data.userId, data.changedAt)
      },
    },
  }
}
