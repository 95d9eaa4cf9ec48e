import { inTransaction } from '@guichet/database'
import { toId } from '@guichet/server'
import { fetchOwners } from '../content/owners.ts'
import type { Context } from '../context.ts'
import { addDeliveries } from '../deliveries/add-deliveries.ts'
import { NotSent } from '../deliveries/not-sent.ts'

const AGAIN_MS = 15_000

/**
 * Plans a mail to each owner of one organizer whose endpoint was turned off. False when there is nothing to do, or nobody
 * can say who they are. Two that do it at once plan the same mails, which is once.
 */
export async function tellOwners(ctx: Context): Promise<boolean> {
  if (ctx.outages.present().includes('accounts')) return false
  const endpoint = await ctx.db
    .selectFrom('webhook_endpoint')
    .select(['id', 'organizer_id', 'disabled_at'])
    .where('owners_due_at', '<=', ctx.now())
    .orderBy('owners_due_at')
    .limit(1)
    .executeTakeFirst()
  if (!endpoint?.disabled_at) return false
  const { id, organizer_id, disabled_at } = endpoint
  const owners = await fetchOwners(ctx, organizer_id).catch((error: unknown) => {
    if (!(error instanceof NotSent)) throw error
    ctx.log.warn({ reason: error.message, organizerId: toId('org', organizer_id) }, 'its owners cannot be told yet')
    return error
  })
  await inTransaction(ctx.db, async (tx) => {
    const later = owners instanceof NotSent ? new Date(ctx.now().getTime() + AGAIN_MS) : null
    const { numUpdatedRows } = await tx
      .updateTable('webhook_endpoint')
      .set({ owners_due_at: later })
      .where('id', '=', id)
      .where('disabled_at', '=', disabled_at)
      .where('owners_due_at', 'is not', null)
      .executeTakeFirst()
    if (numUpdatedRows === 0n || owners instanceof NotSent) return
    const source = `${toId('whk', id)} ${disabled_at.toISOString()}`
    const plan = { source, kind: 'webhook-endpoint-off', channel: 'email' } as const
    await addDeliveries(
      tx,
      ctx.now(),
      owners.map((userId) => ({ ...plan, recipientKey: userId, userId })),
    )
  })
  return !(owners instanceof NotSent)
}
