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
  const { ids, json } = toRows(Array.isArray(entries) ? entries : [entries])
  await sql`
    insert into outbox (message_id, type, subject, data, traceparent)
    select message_id, type, subject, data, traceparent
      from jsonb_to_recordset(${json}::jsonb)
        as row (message_id uuid, type text, subject text, data jsonb, traceparent text)
  `.execute(tx)
  for (const written of writers) written()
  return ids
}

/** The same as one prepared statement, for a transaction on a connection of one's own. */
export function outboxStatement(entries: readonly OutboxEntry[]): { name: string; text: string; values: [string] } {
  for (const written of writers) written()
  return {
    name: 'add-to-outbox',
    text: `insert into outbox (message_id, type, subject, data, traceparent)
           select message_id, type, subject, data, traceparent
             from jsonb_to_recordset($1::jsonb)
               as row (message_id uuid, type text, subject text, data jsonb, traceparent text)`,
    values: [toRows(entries).json],
  }
}

function toRows(entries: readonly OutboxEntry[]): { ids: string[]; json: string } {
  const rows = entries.map((entry) => ({
    message_id: newUuid(),
    type: entry.type,
    subject: entry.subject,
    data: entry.data,
    traceparent: entry.traceparent ?? null,
  }))
  return { ids: rows.map((row) => row.message_id), json: JSON.stringify(rows) }
}

/**
 * Calls back after each `addToOutbox` in this process (not yet committed then). A hint for the relay, cheaper than
 * NOTIFY, whose lock makes every announcing commit wait for the one before. Returns how to stop listening.
 */
export function onOutboxWritten(callback: () => void): () => void {
  writers.add(callback)
  return () => writers.delete(callback)
}
