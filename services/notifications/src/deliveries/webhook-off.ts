import { parseId, toId } from '@guichet/server'
import { fetchEmailLink } from '../content/email-link.ts'
import type { Context } from '../context.ts'
import { composeWebhookOff } from '../letters/webhook-off.ts'
import type { Claim } from './claim-deliveries.ts'
import { type Draft, letterOf, shopOf } from './composers.ts'
import { Skipped } from './not-sent.ts'

/** To one owner, unless it is on again, or gone, or they own the organizer no more. */
export async function webhookOff(ctx: Context, claim: Claim): Promise<Draft> {
  const [endpointId = '', disabledAt = ''] = claim.source.split(' ')
  const endpoint = await ctx.db
    .selectFrom('webhook_endpoint')
    .select(['organizer_id', 'url', 'enabled', 'disabled_at', 'disabled_reason'])
    .where('id', '=', parseId('whk', endpointId) ?? '')
    .executeTakeFirst()
  if (!endpoint || endpoint.enabled || endpoint.disabled_at?.toISOString() !== disabledAt) {
    throw new Skipped('no-longer-true', 'The endpoint is no longer off, or no longer there.')
  }
  const of = { organizerId: toId('org', endpoint.organizer_id) }
  const link = await fetchEmailLink(ctx, claim.userId ?? '', 'webhook-endpoint-off', of)
  if (link.organizer?.role !== 'owner') throw new Skipped('no-longer-true', 'They own the organizer no more.')
  const about = { host: new URL(endpoint.url).host, reason: endpoint.disabled_reason }
  const draft = composeWebhookOff(link, about, { now: ctx.now(), shop: shopOf(ctx) })
  return {
    recipient: { name: link.name, address: link.email, language: link.language },
    content: await letterOf(ctx, claim, draft),
  }
}
