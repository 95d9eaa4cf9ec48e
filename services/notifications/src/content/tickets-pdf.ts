import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import type { Attachment } from '../mail/mailer.ts'
import type { Order } from './order.ts'

/** Gmail and others take 25 MB; nobody needs more than a few hundred pages by mail. */
const BYTES_MAX = 5_000_000

/**
 * The order's tickets to print, as they were when the order was read: with its key, so that nothing new goes to an address
 * that has been corrected since. The mail is worth more than its attachment: without it, the link still leads to them, so
 * nothing that goes wrong here holds the mail back.
 */
export async function fetchTicketsPdf(ctx: Context, orderUuid: string, order: Order): Promise<Attachment | undefined> {
  if (order.state !== 'confirmed' || order.tickets.length === 0) return undefined
  const headers = order.secret ? { 'order-secret': order.secret } : undefined
  return fetchPdf(ctx, order, { path: `/v1/orders/${toId('ord', orderUuid)}/tickets.pdf`, headers })
}

/** Stands for them in a mail that is only looked at: what is in the real ones opens the door. */
export function emptyTicketsPdf(order: Order): Attachment {
  return asAttachment(order, Buffer.alloc(0))
}

/** The one ticket of its holder. */
export async function fetchTicketPdf(ctx: Context, { held, ...order }: Order): Promise<Attachment | undefined> {
  if (!held?.secret) return undefined
  const headers = { 'ticket-secret': held.secret }
  return fetchPdf(ctx, order, { path: `/v1/tickets/${held.ticketId}/ticket.pdf`, headers })
}

async function fetchPdf(
  ctx: Context,
  order: Order,
  { path, headers }: { path: string; headers: Record<string, string> | undefined },
): Promise<Attachment | undefined> {
  try {
    const response = await ctx.ticketFiles(`${path}?locale=${order.language}`, headers && { headers })
    const content = Buffer.from(await response.arrayBuffer())
    if (response.ok && content.subarray(0, 5).toString() === '%PDF-' && content.length <= BYTES_MAX) {
      return asAttachment(order, content)
    }
    ctx.log.warn(
      { orderId: order.id, status: response.status, bytes: content.length },
      'sent without the tickets to print',
    )
  } catch (error) {
    ctx.log.warn({ orderId: order.id, err: error }, 'sent without the tickets to print')
  }
  return undefined
}

function asAttachment({ language, number }: Order, content: Buffer): Attachment {
  const name = language === 'fr' ? 'Billets' : 'Tickets'
  return { filename: `${name}-${number.replace(/[^\w-]+/g, '-')}.pdf`, contentType: 'application/pdf', content }
}
