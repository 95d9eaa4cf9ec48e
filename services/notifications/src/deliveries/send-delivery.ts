import { toId } from '@guichet/server'
import { fetchEmailLink } from '../content/email-link.ts'
import { fetchOrder } from '../content/order.ts'
import { fetchRefund } from '../content/refund.ts'
import { fetchEntry, fetchOffer } from '../content/waiting-entry.ts'
import type { Context } from '../context.ts'
import { ACCOUNT_KINDS, type AccountKind, type Kind, WAITING_KINDS, type WaitingKind } from '../db.ts'
import { composeAccountLetter } from '../letters/account-letter.ts'
import type { Letter } from '../letters/letter.ts'
import { composeOrderLetter } from '../letters/order-letter.ts'
import { composeOrderSms } from '../letters/order-sms.ts'
import { renderLetter } from '../letters/render-letter.ts'
import { composeWaitingJoined } from '../letters/waiting-joined.ts'
import { composeWaitingOffered } from '../letters/waiting-offered.ts'
import { addDeliveries } from './add-deliveries.ts'
import type { Claim } from './claim-deliveries.ts'
import { renewLease, sendUnderLease } from './lease.ts'
import { NotSent } from './not-sent.ts'
import { type Recipient, recordNotSent, recordSent, withoutAddresses } from './record-outcome.ts'

/** Sends one claimed message and records what became of it. Throws only when the database is away. */
export async function sendDelivery(ctx: Context, claim: Claim): Promise<void> {
  const about = { deliveryId: toId('dlv', claim.id), kind: claim.kind, channel: claim.channel }
  let recipient: Recipient | undefined
  try {
    const draft = await compose(ctx, claim)
    recipient = draft.recipient
    // A process that was stopped for a while wakes up here, and another may have the message.
    if (!(await renewLease(ctx, claim))) {
      ctx.log.warn(about, 'another process has it')
      return
    }
    await sendUnderLease(ctx, claim, draft.send)
  } catch (error) {
    logNotSent(ctx, about, error)
    await recordNotSent(ctx, claim, recipient, error)
    return
  }
  ctx.outages.end(claim.channel === 'email' ? 'smtp' : 'sms')
  await recordSent(ctx, claim, recipient)
  ctx.log.info({ ...about, attempts: claim.attempts + 1 }, 'sent')
}

/** What a mail server says may hold the address, so the reason is logged as it is shown: without it. */
function logNotSent(ctx: Context, about: object, error: unknown): void {
  if (!(error instanceof NotSent)) ctx.log.error({ ...about, err: error }, 'not sent, by a fault of ours')
  else if (error.how === 'refused') ctx.log.warn({ ...about, reason: withoutAddresses(error.message) }, 'refused')
  else ctx.log.info({ ...about, reason: withoutAddresses(error.message) }, 'not sent yet')
}

/** Their source is the refund. */
const REFUND_KINDS: ReadonlySet<Kind> = new Set(['order-refund', 'order-partial-refund', 'payment-refund'])

interface Draft {
  recipient: Recipient
  send(signal: AbortSignal): Promise<void>
}

async function compose(ctx: Context, claim: Claim): Promise<Draft> {
  if (isAccountKind(claim.kind)) {
    const link = await fetchEmailLink(ctx, claim.userId ?? '', claim.kind)
    const letter = composeAccountLetter(claim.kind, link, { now: ctx.now(), shop: shopOf(ctx) })
    return byMail(ctx, claim, { name: link.name, address: link.email, language: link.language }, letter)
  }
  if (isWaitingKind(claim.kind)) return composeWaiting(ctx, claim)
  const order = await fetchOrder(ctx, claim.orderId ?? '')
  if (claim.channel === 'sms') return bySms(ctx, claim, order)
  if (claim.kind === 'order-confirmation') await planSms(ctx, claim, order.buyer.phone)
  if (claim.kind === 'event-rescheduled' && order.state !== 'confirmed') {
    throw new NotSent('refused', 'tickets', 'The order was refunded since: the new date is not its own.')
  }
  const letter = composeOrderLetter(claim.kind, order, {
    facts: claim.announcement?.facts ?? {},
    refund: REFUND_KINDS.has(claim.kind) ? await fetchRefund(ctx, claim.orderId ?? '', claim.source) : undefined,
    now: ctx.now(),
    shop: shopOf(ctx),
  })
  return byMail(ctx, claim, { name: order.buyer.name, address: order.buyer.email, language: order.language }, letter)
}

/** The source of these is the entry: its state when the mail is sent decides whether there is still something to say. */
async function composeWaiting(ctx: Context, claim: Claim): Promise<Draft> {
  const entry = await fetchEntry(ctx, claim.source)
  const context = { now: ctx.now(), shop: shopOf(ctx) }
  const letter =
    claim.kind === 'waiting-list-joined'
      ? composeWaitingJoined(entry, context)
      : composeWaitingOffered(entry, await fetchOffer(ctx, entry, claim.orderId ?? ''), context)
  return byMail(ctx, claim, { name: null, address: entry.email, language: entry.language }, letter)
}

async function byMail(ctx: Context, claim: Claim, recipient: Recipient, letter: Letter): Promise<Draft> {
  const { text, html } = await renderLetter(letter)
  const mail = {
    to: recipient,
    subject: letter.subject,
    text,
    html,
    language: letter.language,
    messageId: messageIdOf(claim.id, ctx.config.sender.address),
    attachments: letter.attachments,
  }
  return { recipient, send: (signal) => ctx.mailer.send(mail, signal) }
}

function bySms(ctx: Context, claim: Claim, order: Awaited<ReturnType<typeof fetchOrder>>): Draft {
  const { sms } = ctx
  const to = order.buyer.phone
  if (!sms) throw new NotSent('refused', 'sms', 'No SMS provider is configured.')
  if (!to) throw new NotSent('refused', 'sms', 'The order has no telephone number any more.')
  const text = composeOrderSms(order, shopOf(ctx))
  const recipient = { name: order.buyer.name, address: to, language: order.language }
  return { recipient, send: (signal) => sms.send({ to, text, key: toId('dlv', claim.id) }, signal) }
}

/** Whether a buyer left a number is known only here. Planned apart from the mail, so that neither waits for the other. */
async function planSms(ctx: Context, claim: Claim, phone: string | null): Promise<void> {
  if (!ctx.sms || !phone || !claim.orderId) return
  await addDeliveries(ctx.db, ctx.now(), [
    {
      source: claim.source,
      kind: claim.kind,
      channel: 'sms',
      recipientKey: claim.orderId,
      orderId: claim.orderId,
      ...(claim.eventId ? { eventId: claim.eventId } : {}),
      ...(claim.organizerId ? { organizerId: claim.organizerId } : {}),
    },
  ])
}

/** RFC 5322 §3.6.4, at our sender's domain. */
export function messageIdOf(deliveryUuid: string, senderAddress: string): string {
  return `<${toId('dlv', deliveryUuid)}@${senderAddress.slice(senderAddress.lastIndexOf('@') + 1)}>`
}

function shopOf(ctx: Context) {
  return { name: ctx.config.sender.name || 'Guichet', url: ctx.config.publicUrl }
}

function isWaitingKind(kind: Kind): kind is WaitingKind {
  return (WAITING_KINDS as readonly Kind[]).includes(kind)
}

function isAccountKind(kind: Kind): kind is AccountKind {
  return (ACCOUNT_KINDS as readonly Kind[]).includes(kind)
}
