import { inTransaction } from '@guichet/database'
import { countResults, NONE } from '../bulk-messages/present-bulk.ts'
import type { Context } from '../context.ts'
import { daysAgo } from './keep-config.ts'

/** Writes down what became of a message to many before its recipients are forgotten. False: there is none. */
export async function countBulkMessage(ctx: Context): Promise<boolean> {
  const before = daysAgo(ctx.now(), ctx.config.keep.deliveries)
  return inTransaction(ctx.db, async (tx) => {
    const message = await tx
      .selectFrom('bulk_message')
      .select('id')
      .where('ended_at', '<', before)
      .where('results', 'is', null)
      .orderBy('ended_at')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst()
    if (!message) return false
    const results = (await countResults(tx, [message.id])).get(message.id) ?? NONE
    await tx
      .updateTable('bulk_message')
      .set({ results: JSON.stringify(results) })
      .where('id', '=', message.id)
      .execute()
    return true
  })
}
