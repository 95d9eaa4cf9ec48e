import { addressKey } from '../consent/address-key.ts'
import { maySend } from '../consent/may-send.ts'
import type { Context } from '../context.ts'
import { ruleOf } from '../kinds.ts'
import { assertNotReminded } from '../reminders/check-reminder.ts'
import { takeAllowance } from '../sms/allowance.ts'
import type { Claim } from './claim-deliveries.ts'
import type { Draft } from './composers.ts'
import { NotNow, Skipped } from './not-sent.ts'
import { domainOf } from './slow-domains.ts'

const FULL_MS = 5_000

/** Lets a message pass that its reader wants, now. Throws Skipped or NotNow. */
export async function assertWanted(ctx: Context, claim: Claim, { recipient, timeZone }: Draft): Promise<void> {
  await assertNotReminded(ctx, claim)
  const { channel, kind, organizerId, expiresAt } = claim
  const { address } = recipient
  const { purpose } = ruleOf(kind)
  const now = ctx.now()
  if (channel === 'email' && ctx.slowDomains.full().includes(domainOf(address))) {
    throw new NotNow(new Date(now.getTime() + FULL_MS), 'The mail server of its recipient is slow.')
  }
  if (purpose !== 'transactional' && (await isSuppressed(ctx, channel, address))) {
    throw new Skipped('suppressed', 'Mail to this address came back, or its reader complained.')
  }
  const zone = timeZone ?? 'Europe/Paris'
  const answer = await maySend(ctx, { organizerId, channel, purpose, address, kind, now, timeZone: zone, expiresAt })
  if ('wait' in answer) throw new NotNow(answer.wait, 'It waits for the end of the quiet hours.')
  if ('skip' in answer) throw new Skipped(answer.skip, answer.why)
  if (channel === 'sms') await takeAllowance(ctx, claim, address)
}

async function isSuppressed(ctx: Context, channel: Claim['channel'], address: string): Promise<boolean> {
  const found = await ctx.db
    .selectFrom('suppression')
    .select('reason')
    .where('channel', '=', channel)
    .where('address_key', '=', addressKey(ctx.keys, address))
    .executeTakeFirst()
  return found !== undefined
}
