import { sql } from '@guichet/database'
import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import type { Claim } from '../deliveries/claim-deliveries.ts'
import { NotSent } from '../deliveries/not-sent.ts'
import type { Acceptance } from '../deliveries/send-delivery.ts'
import { priceOf } from './prices.ts'
import { encodeSms } from './segments.ts'

/** Hands an SMS to the provider, with what it must know to send it once at most; what it weighs and costs is counted here. */
export async function sendSms(
  ctx: Context,
  claim: Claim,
  { to, text }: { to: string; text: string },
  signal: AbortSignal,
): Promise<Acceptance> {
  const { sms, config } = ctx
  if (!sms) throw new NotSent('refused', 'sms', 'No SMS provider is configured.')
  const content = encodeSms(text, config.sms.unicode)
  const unsureSince = await firstUnsure(ctx, claim)
  const accepted = await sms.send({ to, content, key: toId('dlv', claim.id), unsureSince }, signal)
  const segments = content.parts.length
  const price = priceOf(config.sms.prices, to, segments)
  return { provider: sms.name, segments, ...accepted, ...(price ? { price } : {}) }
}

/** The journal's earliest try, other than this one, of which nobody knows the end. */
async function firstUnsure(ctx: Context, claim: Claim): Promise<Date | undefined> {
  const row = await ctx.db
    .selectFrom('attempt')
    .select((eb) => eb.fn.min('began_at').as('since'))
    .where('delivery_id', '=', claim.id)
    .where('outcome', '=', 'unknown')
    .where('lease', '<>', sql<string>`${claim.lease}::uuid`)
    .executeTakeFirst()
  return row?.since ?? undefined
}
