import { sql } from '@guichet/database'
import { toUuid } from '@guichet/server'
import { type Static, Type } from 'typebox'
import type { TicketsDb } from '../db.ts'
import { LedgerKindSchema, type TransactionRow } from './present-transaction.ts'

/** What one may ask the ledger for. */
export const LedgerFilter = {
  from: Type.Optional(Type.String({ format: 'date-time', description: 'From this instant on.' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Before this instant.' })),
  kind: Type.Optional(LedgerKindSchema),
  account: Type.Optional(Type.String({ maxLength: 60, pattern: '^[a-z:-]+$' })),
  eventId: Type.Optional(Type.String({ maxLength: 40 })),
  orderId: Type.Optional(Type.String({ maxLength: 40 })),
}

const Filter = Type.Object(LedgerFilter)
export type LedgerFilter = Static<typeof Filter>

/** The end of a page. */
export interface LedgerPosition {
  occurredAt: string
  sourceId: string
  kind: string
}

/** Movements of an organizer, latest first; those after `position`. */
export async function findTransactions(
  db: TicketsDb,
  organizerUuid: string,
  filter: LedgerFilter,
  limit: number,
  position?: LedgerPosition,
): Promise<(TransactionRow & { position: LedgerPosition })[]> {
  const { rows } = await sql<TransactionRow & { exact_at: string }>`
    select source_id, kind, event_id, order_id, currency, accounts, to_json(amounts) as amounts, occurred_at,
           to_char(occurred_at, 'YYYY-MM-DD"T"HH24:MI:SS.USOF') as exact_at
      from ledger_transaction
     where ${matches(organizerUuid, filter)}
       and (${position?.occurredAt ?? null}::timestamptz is null
            or (occurred_at, source_id, kind) < (${position?.occurredAt ?? null}::timestamptz, ${position?.sourceId ?? null}::uuid,
                                                ${position?.kind ?? null}::text))
     order by occurred_at desc, source_id desc, kind desc limit ${limit}`.execute(db)
  return rows.map(({ exact_at, ...row }) => ({
    ...row,
    position: { occurredAt: exact_at, sourceId: row.source_id, kind: row.kind },
  }))
}

export interface AccountBalance {
  account: string
  currency: string
  debitMinor: number
  creditMinor: number
}

/** What each account was debited and credited, in each currency. */
export async function sumAccounts(
  db: TicketsDb,
  organizerUuid: string,
  { account, ...filter }: LedgerFilter,
): Promise<AccountBalance[]> {
  const { rows } = await sql<AccountBalance>`
    select account, currency, coalesce(sum(amount_minor) filter (where amount_minor > 0), 0)::bigint as "debitMinor",
           coalesce(-sum(amount_minor) filter (where amount_minor < 0), 0)::bigint as "creditMinor"
      from (select currency, unnest(accounts) as account, unnest(amounts) as amount_minor from ledger_transaction
             where ${matches(organizerUuid, filter)}) posting
     where ${account ?? null}::text is null or account = ${account ?? null}
     group by 1, 2 order by 2, 1`.execute(db)
  return rows
}

function matches(organizerUuid: string, { from, to, kind, account, eventId, orderId }: LedgerFilter) {
  const conditions = [
    sql`organizer_id = ${organizerUuid}`,
    ...(from ? [sql`occurred_at >= ${from}::timestamptz`] : []),
    ...(to ? [sql`occurred_at < ${to}::timestamptz`] : []),
    ...(kind ? [sql`kind = ${kind}`] : []),
    ...(account ? [sql`${account} = any(accounts)`] : []),
    ...(eventId ? [sql`event_id = ${toUuid('evt', eventId)}`] : []),
    ...(orderId ? [sql`order_id = ${toUuid('ord', orderId)}`] : []),
  ]
  return sql.join(conditions, sql` and `)
}
