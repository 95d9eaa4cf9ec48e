import { parseId, toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { ask } from './ask.ts'

/** The users who own an organizer now, as accounts knows it. Throws NotSent. */
export async function fetchOwners(ctx: Context, organizerUuid: string): Promise<string[]> {
  const path = `/v1/internal/organizers/${toId('org', organizerUuid)}/owners`
  const { items } = (await ask(ctx.accounts, ctx.outages, 'accounts', path)) as { items: { userId: string }[] }
  return items.flatMap(({ userId }) => parseId('usr', userId) ?? [])
}
