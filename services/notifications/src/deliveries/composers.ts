import { toId } from '@guichet/server'
import { composeBulk } from '../bulk-messages/compose-bulk.ts'
import { footerLinksOf } from '../consent/links.ts'
import { takeOverConsents } from '../consent/take-over-consents.ts'
import { fetchHold } from '../content/held-order.ts'
import { asHolder, fetchFormer, fetchTransferred } from '../content/held-ticket.ts'
import { fetchOrder, type Order } from '../content/order.ts'
import { fetchRefund } from '../content/refund.ts'
import { fetchTicketPdf, fetchTicketsPdf } from '../content/tickets-pdf.ts'
import { fetchUnpaid } from '../content/unpaid-order.ts'
import { fetchEntry, fetchOffer } from '../content/waiting-entry.ts'
import type { Context } from '../context.ts'
import type { EventFacts } from '../db.ts'
import { checkChange } from '../events/check-change.ts'
import { findEventCopy } from '../events/event-copy.ts'
import type { Channel, Kind } from '../kinds.ts'
import { composeHoldReminder } from '../letters/hold-reminder.ts'
import type { LetterDraft } from '../letters/letter.ts'
import { composeOrderLetter, mergeFacts, type OrderKind } from '../letters/order-letter.ts'
import { composeOrderSms } from '../letters/order-sms.ts'
import { composePaymentFailed } from '../letters/payment-failed.ts'
import { composeReminderSms } from '../letters/reminder-sms.ts'
import type { RenderedLetter } from '../letters/render-letter.ts'
import { composeWaitingJoined } from '../letters/waiting-joined.ts'
import { composeWaitingOffered } from '../letters/waiting-offered.ts'
import { textsOf } from '../messages/texts.ts'
import { comingOrder, reminderFacts } from '../reminders/check-reminder.ts'
import { renderFromTemplate } from '../templates/render-from-template.ts'
import { accountLetter, farewell } from './account-composers.ts'
import { addDeliveries } from './add-deliveries.ts'
import type { Claim } from './claim-deliveries.ts'
import { forReader } from './holders.ts'
import { NotSent, Skipped } from './not-sent.ts'
import type { Recipient } from './record-outcome.ts'
import { webhookOff } from './webhook-off.ts'

/** A message whose words are known: a letter, or the text of an SMS. */
export interface Draft {
  recipient: Recipient
  /** IANA zone of what it is about, for quiet hours. */
  timeZone?: string
  content: { letter: RenderedLetter } | { sms: string }
  /** Who it goes to is not written down: nothing of them may be left. */
  unwritten?: true
  /** Done once it is taken and recorded. */
  whenSent?: () => Promise<void>
}

/** Fetches and writes one message, when it is sent. Throws NotSent, Skipped or NotNow. */
export type Composer = (ctx: Context, claim: Claim) => Promise<Draft>

/** One line per kind. */
const LETTERS: Record<Kind, Composer> = {
  'transfer-instructions': orderLetter,
  'hold-reminder': holdReminder,
  'payment-failed': paymentFailed,
  'order-confirmation': orderConfirmation,
  'ticket-received': ticketReceived,
  'ticket-passed-on': ticketPassedOn,
  'ticket-taken-back': ticketTakenBack,
  'order-refund': refundLetter,
  'order-partial-refund': refundLetter,
  'payment-refund': refundLetter,
  'event-cancelled': orderLetter,
  'event-rescheduled': eventChange,
  'event-moved': eventChange,
  'event-reminder': eventReminder,
  'bulk-information': composeBulk,
  'bulk-marketing': composeBulk,
  'email-confirmation': accountLetter,
  'password-reset': accountLetter,
  'sign-up-repeated': accountLetter,
  'password-changed': accountLetter,
  'member-added': accountLetter,
  'webhook-endpoint-off': webhookOff,
  'email-change': accountLetter,
  'email-changed': accountLetter,
  'account-deleted': farewell,
  'waiting-list-joined': waitingJoined,
  'waiting-list-offered': waitingOffered,
}

/** The kinds that are also sent by SMS. */
const SMS: Partial<Record<Kind, Composer>> = {
  'order-confirmation': orderSms,
  'event-reminder': reminderSms,
}

/** The words of a claimed message, asked for now. */
export function composeDraft(ctx: Context, claim: Claim): Promise<Draft> {
  const table: Partial<Record<Kind, Composer>> = claim.channel === 'sms' ? SMS : LETTERS
  const composer = table[claim.kind]
  if (!composer) throw new NotSent('refused', peerOf(claim.channel), 'There are no words for this kind.')
  return composer(ctx, claim)
}

const peerOf = (channel: Channel) => (channel === 'email' ? 'smtp' : 'sms')

/** The shop's name and where its links lead. */
export function shopOf(ctx: Context) {
  return { name: ctx.config.sender.name || 'Guichet', url: ctx.config.publicUrl }
}

/** A letter in the organizer's words, or the platform's. */
export async function letterOf(ctx: Context, claim: Claim, draft: LetterDraft): Promise<{ letter: RenderedLetter }> {
  const footerLinks = footerLinksOf(ctx, claim, draft.language)
  return { letter: await renderFromTemplate(ctx, { ...draft, footerLinks, organizerId: claim.organizerId ?? null }) }
}

/** A letter that goes to an order's buyer. */
export async function toBuyer(ctx: Context, claim: Claim, order: Order, draft: LetterDraft): Promise<Draft> {
  const { name, email } = order.buyer
  return {
    recipient: { name, address: email, language: order.language },
    timeZone: order.event.timeZone,
    content: await letterOf(ctx, claim, draft),
  }
}

async function orderLetter(ctx: Context, claim: Claim, known?: Order): Promise<Draft> {
  const order = known ?? (await forReader(ctx, claim, await fetchOrder(ctx, claim.orderId ?? '')))
  const facts = claim.announcement?.facts ?? {}
  const context = { facts, now: ctx.now(), shop: shopOf(ctx) }
  return toBuyer(ctx, claim, order, composeOrderLetter(claim.kind as OrderKind, order, context))
}

async function orderConfirmation(ctx: Context, claim: Claim): Promise<Draft> {
  const order = await fetchOrder(ctx, claim.orderId ?? '')
  if (claim.organizerId) await takeOverConsents(ctx, order, claim.organizerId)
  await planSms(ctx, claim, order.buyer.phone)
  const pdf = await fetchTicketsPdf(ctx, claim.orderId ?? '', order)
  const context = { facts: claim.announcement?.facts ?? {}, now: ctx.now(), shop: shopOf(ctx), pdf }
  return toBuyer(ctx, claim, order, composeOrderLetter('order-confirmation', order, context))
}

/** The source of these is the ticket in the issue that was passed on. */
async function ticketReceived(ctx: Context, claim: Claim): Promise<Draft> {
  const { order, ticket, email } = await fetchTransferred(ctx, claim)
  const held = asHolder(order, ticket, email)
  const pdf = await fetchTicketPdf(ctx, held)
  const context = { facts: await versionNow(ctx, claim), now: ctx.now(), shop: shopOf(ctx), pdf }
  return toBuyer(ctx, claim, held, composeOrderLetter('ticket-received', held, context))
}

async function ticketPassedOn(ctx: Context, claim: Claim): Promise<Draft> {
  const { order, ticket } = await fetchTransferred(ctx, claim)
  const context = { facts: {}, now: ctx.now(), shop: shopOf(ctx) }
  return toBuyer(ctx, claim, order, composeOrderLetter('ticket-passed-on', { ...order, tickets: [ticket] }, context))
}

async function ticketTakenBack(ctx: Context, claim: Claim): Promise<Draft> {
  const former = await fetchFormer(ctx, claim)
  const context = { facts: await versionNow(ctx, claim), now: ctx.now(), shop: shopOf(ctx) }
  return toBuyer(ctx, claim, former, composeOrderLetter('ticket-taken-back', former, context))
}

/** For calendars, which take nothing that is older than what they know (RFC 5546 §2.1.5). */
async function versionNow(ctx: Context, { eventId }: Claim): Promise<EventFacts> {
  const copy = eventId ? await findEventCopy(ctx.db, eventId) : undefined
  return copy ? { version: copy.version } : {}
}

async function paymentFailed(ctx: Context, claim: Claim): Promise<Draft> {
  const order = await fetchUnpaid(ctx, claim.orderId ?? '')
  const t = textsOf(order.language)
  const input = { order, occasion: order.event, facts: {}, now: ctx.now(), shop: shopOf(ctx), t }
  return toBuyer(ctx, claim, order, composePaymentFailed(input))
}

async function holdReminder(ctx: Context, claim: Claim): Promise<Draft> {
  const order = await fetchHold(ctx, claim.orderId ?? '')
  const t = textsOf(order.language)
  const input = { order, occasion: order.event, facts: {}, now: ctx.now(), shop: shopOf(ctx), t }
  return toBuyer(ctx, claim, order, composeHoldReminder(input))
}

/** Their source is the refund. */
async function refundLetter(ctx: Context, claim: Claim): Promise<Draft> {
  const order = await fetchOrder(ctx, claim.orderId ?? '')
  const refund = await fetchRefund(ctx, claim.orderId ?? '', claim.source)
  const context = { facts: {}, refund, now: ctx.now(), shop: shopOf(ctx) }
  return toBuyer(ctx, claim, order, composeOrderLetter(claim.kind as OrderKind, order, context))
}

async function eventChange(ctx: Context, claim: Claim): Promise<Draft> {
  const order = await forReader(ctx, claim, await fetchOrder(ctx, claim.orderId ?? ''))
  await checkChange(ctx, claim, order)
  return orderLetter(ctx, claim, order)
}

async function eventReminder(ctx: Context, claim: Claim): Promise<Draft> {
  const facts = await reminderFacts(ctx, claim)
  const order = await forReader(ctx, claim, await comingOrder(ctx, claim))
  const context = { facts, now: ctx.now(), shop: shopOf(ctx) }
  return toBuyer(ctx, claim, order, composeOrderLetter('event-reminder', order, context))
}

async function reminderSms(ctx: Context, claim: Claim): Promise<Draft> {
  const facts = await reminderFacts(ctx, claim)
  const order = await comingOrder(ctx, claim)
  return smsTo(order, composeReminderSms(order, mergeFacts(order, facts), shopOf(ctx)))
}

/** The source of these is the entry: its state when the mail is sent decides whether there is still something to say. */
async function waitingJoined(ctx: Context, claim: Claim): Promise<Draft> {
  const entry = await fetchEntry(ctx, claim.source)
  const draft = composeWaitingJoined(entry, { now: ctx.now(), shop: shopOf(ctx) })
  return {
    recipient: { name: null, address: entry.email, language: entry.language },
    content: await letterOf(ctx, claim, draft),
  }
}

async function waitingOffered(ctx: Context, claim: Claim): Promise<Draft> {
  const entry = await fetchEntry(ctx, claim.source)
  const offer = await fetchOffer(ctx, entry, claim.orderId ?? '')
  const draft = composeWaitingOffered(entry, offer, { now: ctx.now(), shop: shopOf(ctx) })
  return {
    recipient: { name: null, address: entry.email, language: entry.language },
    content: await letterOf(ctx, claim, draft),
  }
}

async function orderSms(ctx: Context, claim: Claim): Promise<Draft> {
  const order = await fetchOrder(ctx, claim.orderId ?? '')
  return smsTo(order, composeOrderSms(order, shopOf(ctx)))
}

function smsTo(order: Order, text: string): Draft {
  const { name, phone } = order.buyer
  if (!phone) throw new Skipped('no-longer-true', 'The order has no telephone number.')
  return {
    recipient: { name, address: phone, language: order.language },
    timeZone: order.event.timeZone,
    content: { sms: text },
  }
}

/**
 * Whether a buyer left a number is known only here. Planned apart from the mail, so that neither waits for the other, and
 * once per order: a mail that goes to a corrected address says nothing new to the telephone.
 */
async function planSms(ctx: Context, claim: Claim, phone: string | null): Promise<void> {
  if (!ctx.sms || !phone || !claim.orderId || claim.resendOf) return
  await addDeliveries(ctx.db, ctx.now(), [
    {
      source: toId('ord', claim.orderId),
      kind: claim.kind,
      channel: 'sms',
      recipientKey: claim.orderId,
      orderId: claim.orderId,
      ...(claim.eventId ? { eventId: claim.eventId } : {}),
      ...(claim.organizerId ? { organizerId: claim.organizerId } : {}),
    },
  ])
}
