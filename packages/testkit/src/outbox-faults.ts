import { checkMessage } from '@guichet/messaging/check-message'
import pg from 'pg'

interface Row {
  message_id: string
  type: string
  subject: string
  data: unknown
  created_at: Date
}

/** Enough for any test but those that make load, whose rows are all alike. */
const ROWS_MAX = 2_000

/**
 * What is wrong, by the contracts, with what a service really put into its outbox. Asked of every test database before
 * it goes, so that whatever a test makes a service announce is held to its contract.
 */
export async function outboxFaults(databaseUrl: string, source: string): Promise<string[]> {
  const faults: string[] = []
  for (const row of await outboxOf(databaseUrl)) {
    const { message_id: id, type, subject, data, created_at } = row
    const time = created_at.toISOString()
    const envelope = { specversion: '1.0', id, source, type, subject, time, datacontenttype: 'application/json' }
    for (const { pointer, detail } of await checkMessage({ ...envelope, data })) {
      faults.push(`${type} ${pointer} ${detail}`)
    }
  }
  return [...new Set(faults)]
}

async function outboxOf(databaseUrl: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows: tables } = await client.query(`select to_regclass('public.outbox') as name`)
    if (tables[0]?.name === null) return []
    const columns = 'message_id, type, subject, data, created_at'
    const { rows } = await client.query<Row>(`select ${columns} from outbox order by id desc limit ${ROWS_MAX}`)
    return rows
  } finally {
    await client.end()
  }
}
