import { sql, type Tx } from '@guichet/database'
import { v7 as newUuid } from 'uuid'

export interface OutboxEntry {
  /** `<owner>.<fact-in-the-past>.v<n>` */
  type: string
  /** The id of the thing the fact is about; facts of one subject are sent in the order in which they were added. */
  subject: string
  /** JSON; no secret and no personal data beyond ids and what the contract in `contracts/messages` names. */
  data: object
  traceparent?: string | undefined
}

const writers = new Set<() => void>()

/**
 * Announces facts, in the transaction that makes them true: rolled back, nothing is announced; committed, the relay
 * sends them at least once. Returns the message ids. Give an array to write many rows in one statement.
 */
export async function addToOutbox<S>(tx: Tx<S>, entries: OutboxEntry | readonly OutboxEntry[]): Promise<string[]> {
  const rows = (Array.isArray(entries) ? entries : [entries]).map((entry: OutboxEntry) => ({
    message_id: newUuid(),
    type: entry.type,
    subject: entry.subject,
    data: entry.data,
    traceparent: entry.traceparent ?? null,
  }))
  await sql`
    insert into outbox (message_id, type, subject, data, traceparent)
    select message_id, type, subject, data, traceparent
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as row (message_id uuid, type text, subject text, data jsonb, traceparent text)
  `.execute(tx)
  for (const written of writers) written()
  return rows.map((row) => row.message_id)
}

/**
 * Calls back after each `addToOutbox` in this process (not yet committed then). A hint for the relay, cheaper than
 * NOTIFY, whose lock makes every announcing commit wait for the one before. Returns how to stop listening.
 */
export function onOutboxWritten(callback: () => void): () => void {
  writers.add(callback)
  return () => writers.delete(callback)
}
