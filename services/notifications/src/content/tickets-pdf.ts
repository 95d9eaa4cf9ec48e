import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import type { Attachment } from '../mail/mailer.ts'
import type { Order } from './order.ts'

/** Gmail and others take 25 MB; nobody needs more than a few hundred pages by mail. */
const BYTES_MAX = 5_000_000

/**
 * The order's tickets to print. The mail is worth more than its attachment: without it, the link still leads to them, so
 * nothing that goes wrong here holds the mail back.
 */
export async function fetchTicketsPdf(ctx: Context, orderUuid: string, order: Order): Promise<Attachment | undefined> {
  if (order.state !== 'confirmed' || order.tickets.length === 0) return undefined
  const orderId = toId('ord', orderUuid)
  try {
    const response = await ctx.ticketFiles(`/v1/orders/${orderId}/tickets.pdf?locale=${order.language}`)
    const content = Buffer.from(await response.arrayBuffer())
    if (response.ok && content.subarray(0, 5).toString() === '%PDF-' && content.length <= BYTES_MAX) {
      const name = order.language === 'fr' ? 'Billets' : 'Tickets'
      return {
        filename: `${name}-${order.number.replace(/[^\w-]+/g, '-')}.pdf`,
        contentType: 'application/pdf',
        content,
      }
    }
    ctx.log.warn({ orderId, status: response.status, bytes: content.length }, 'sent without the tickets to print')
  } catch (error) {
    ctx.log.warn({ orderId, err: error }, 'sent without the tickets to print')
  }
  return undefined
}
