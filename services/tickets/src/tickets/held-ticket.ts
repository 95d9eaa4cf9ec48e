import { toId } from '@guichet/server'
import { type Static, Type } from 'typebox'
import type { Context } from '../context.ts'
import type { OrderRow, TicketRow } from '../db.ts'
import { TextsAnswer } from '../events/texts.ts'
import { OrderAnswer } from '../orders/order-schema.ts'
import { presentOrder } from '../orders/present-order.ts'
import { type PrintedTickets, printedTickets } from './printed-tickets.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])

/** A ticket as its holder sees it: nothing of the order it came from but its number and who bought it. */
export const HeldTicketAnswer = Type.Object({
  id: Type.String(),
  eventId: Type.String(),
  organizerId: Type.String(),
  event: OrderAnswer.properties.event,
  typeName: TextsAnswer,
  holderName: nullable(Type.String()),
  from: nullable(Type.String({ description: 'The name of whoever bought it.' })),
  orderNumber: nullable(Type.String()),
  code: Type.String({ description: 'Signed; lets its bearer in.' }),
  state: Type.Union([Type.Literal('valid'), Type.Literal('void')]),
  checkedInAt: nullable(Type.String({ format: 'date-time' })),
  locale: Type.String(),
})

const SIGHT = { secret: false, codes: false }

export async function presentHeldTicket(
  ctx: Context,
  { ticket, order }: { ticket: TicketRow; order: OrderRow },
): Promise<Static<typeof HeldTicketAnswer>> {
  const { shown, code, whole } = await look(ctx, { ticket, order })
  return {
    id: shown.id,
    eventId: whole.eventId,
    organizerId: whole.organizerId,
    event: whole.event,
    typeName: shown.typeName,
    holderName: ticket.holder_name,
    from: order.buyer_name,
    orderNumber: order.number,
    code,
    state: shown.state,
    checkedInAt: shown.checkedInAt,
    locale: order.locale,
  }
}

/** Ready to print, without what was paid for it: it may be a present. */
export async function printedHeldTicket(
  ctx: Context,
  held: { ticket: TicketRow; order: OrderRow },
  { locale, seller }: { locale: string; seller: string },
): Promise<PrintedTickets> {
  const { shown, code, whole } = await look(ctx, held)
  const printed = printedTickets({ ...whole, tickets: [{ ...shown, code }] }, locale, seller)
  return { ...printed, tickets: printed.tickets.map((ticket) => ({ ...ticket, price: '', place: '' })) }
}

/** The code is of the issue that the holder's key was judged by, whatever has happened since. */
async function look(ctx: Context, { ticket, order }: { ticket: TicketRow; order: OrderRow }) {
  const whole = await presentOrder(ctx, ctx.db, order, SIGHT)
  const id = toId('tkt', ticket.id)
  const shown = whole.tickets.find((one) => one.id === id)
  if (!shown) throw new Error('A ticket is one of its order’s')
  const facts = { ticketId: ticket.id, eventId: ticket.event_id, version: ticket.code_version }
  return { whole, shown, code: ctx.ticketCodes.sign(facts) }
}
