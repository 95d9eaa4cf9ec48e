import { type Db, sql, type Tx } from '@guichet/database'

const AT_ONCE = 5_000

/** Remembers a message as seen; false when it was seen before. */
export async function isFirstDelivery<S>(tx: Tx<S>, queue: string, messageId: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into inbox (queue, message_id) values (${queue}, ${messageId}) on conflict do nothing
  `.execute(tx)
  return numAffectedRows === 1n
}

/** Seen messages are remembered for 30 days: for longer than any outbox (7) can send them again. */
export async function purgeInbox<S>(db: Db<S>, queue: string): Promise<void> {
  // By id, because ids begin with their time: the oldest come first there and no other index is needed.
  const purge = sql`
    delete from inbox where queue = ${queue} and message_id in (
      select message_id
        from (select message_id, received_at from inbox
               where queue = ${queue} order by message_id limit ${AT_ONCE}) as oldest
       where received_at < now() - interval '30 days')
  `
  for (;;) {
    const { numAffectedRows = 0n } = await purge.execute(db)
    if (numAffectedRows < BigInt(AT_ONCE)) return
  }
}
