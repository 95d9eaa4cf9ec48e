import { setTimeout as pause } from 'node:timers/promises'
import { toId } from '@guichet/server'
import { unsubscribeUrl } from '../consent/links.ts'
import type { Context } from '../context.ts'
import { ruleOf } from '../kinds.ts'
import type { Mail } from '../mail/mailer.ts'
import { returnPathOf } from '../mail/return-path.ts'
import { sendSms } from '../sms/send-sms.ts'
import { assertWanted } from './assert-wanted.ts'
import { beginAttempt } from './attempts.ts'
import type { Claim } from './claim-deliveries.ts'
import { composeDraft, type Draft } from './composers.ts'
import { sendUnderLease } from './lease.ts'
import { NotNow, NotSent, Skipped } from './not-sent.ts'
import { type Recipient, recordNotSent, recordSent, withoutAddresses } from './record-outcome.ts'

const RECORD_AGAIN_MS = 250

/** What whoever took a message said of it. */
export interface Acceptance {
  provider: string
  messageId?: string
  reply?: string
  /** Of an SMS. */
  segments?: number
  price?: { minor: number; currency: string }
}

/** Sends one claimed message and records what became of it. Throws only when the database is away. */
export async function sendDelivery(ctx: Context, claim: Claim): Promise<void> {
  const about = { deliveryId: toId('dlv', claim.id), kind: claim.kind, channel: claim.channel }
  let recipient: Recipient | undefined
  let accepted: Acceptance
  let whenSent: Draft['whenSent']
  try {
    if (claim.expiresAt && claim.expiresAt <= ctx.now()) throw new Skipped('too-late', 'It is of no use any more.')
    const draft = await composeDraft(ctx, claim)
    if (!draft.unwritten) recipient = draft.recipient
    whenSent = draft.whenSent
    await assertWanted(ctx, claim, draft)
    // A process that was stopped for a while wakes up here, and another may have the message.
    if (!(await beginAttempt(ctx, claim))) {
      ctx.log.warn(about, 'another process has it')
      return
    }
    accepted = await sendUnderLease(ctx, claim, (signal) => hand(ctx, claim, draft, signal))
  } catch (error) {
    logNotSent(ctx, about, error)
    await recordNotSent(ctx, claim, recipient, error)
    return
  }
  ctx.outages.end(claim.channel === 'email' ? 'smtp' : 'sms')
  const sentTo = recipient
  await recordWhileLeased(ctx, () => recordSent(ctx, claim, sentTo, accepted))
  await whenSent?.()
  ctx.log.info({ ...about, attempts: claim.attempts + 1 }, 'sent')
}

/**
 * Once it is taken, only its record keeps it from being sent again: a database that comes back while the lease lasts finds
 * it still being written.
 */
async function recordWhileLeased(ctx: Context, record: () => Promise<void>): Promise<void> {
  const endsAt = performance.now() + ctx.config.leaseSeconds * 1_000
  for (;;) {
    try {
      return await record()
    } catch (error) {
      if (performance.now() + RECORD_AGAIN_MS >= endsAt) throw error
      ctx.log.warn({ err: error }, 'sent, and not recorded yet')
      await pause(RECORD_AGAIN_MS)
    }
  }
}

/** What a mail server says may hold the address, so the reason is logged as it is shown: without it. */
function logNotSent(ctx: Context, about: object, error: unknown): void {
  if (error instanceof Skipped) ctx.log.info({ ...about, why: error.why, reason: error.message }, 'skipped')
  else if (error instanceof NotNow) ctx.log.debug({ ...about, until: error.until, reason: error.message }, 'not now')
  else if (!(error instanceof NotSent)) ctx.log.error({ ...about, err: error }, 'not sent, by a fault of ours')
  else if (error.how === 'refused') ctx.log.warn({ ...about, reason: withoutAddresses(error.message) }, 'refused')
  else ctx.log.info({ ...about, reason: withoutAddresses(error.message) }, 'not sent yet')
}

/** To the mail server or the SMS provider. */
async function hand(ctx: Context, claim: Claim, draft: Draft, signal: AbortSignal): Promise<Acceptance> {
  const { recipient, content } = draft
  if ('letter' in content) {
    const messageId = messageIdOf(claim.id, ctx.config.sender.address)
    const leave = ctx.slowDomains.enter(recipient.address)
    try {
      const mail = { ...content.letter, ...pathsOf(ctx, claim), to: recipient, messageId }
      const { reply } = await ctx.mailer.send(mail, signal)
      return { provider: 'smtp', messageId, reply }
    } finally {
      leave()
    }
  }
  return sendSms(ctx, claim, { to: recipient.address, text: content.sms }, signal)
}

/** Where it comes back to, and how its reader ends such messages. */
function pathsOf(ctx: Context, claim: Claim): Pick<Mail, 'returnPath' | 'unsubscribeUrl'> {
  const { bounceAddress } = ctx.config
  return {
    ...(bounceAddress ? { returnPath: returnPathOf(ctx.keys.links, bounceAddress, claim.id) } : {}),
    ...(ruleOf(claim.kind).purpose === 'transactional' ? {} : { unsubscribeUrl: unsubscribeUrl(ctx, claim) }),
  }
}

/** RFC 5322 §3.6.4, at our sender's domain. */
export function messageIdOf(deliveryUuid: string, senderAddress: string): string {
  return `<${toId('dlv', deliveryUuid)}@${senderAddress.slice(senderAddress.lastIndexOf('@') + 1)}>`
}
