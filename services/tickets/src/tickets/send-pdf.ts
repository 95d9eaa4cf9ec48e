import type { FastifyReply } from 'fastify'
import type { Context } from '../context.ts'
import type { PrintedTickets } from './printed-tickets.ts'

/** Prints tickets and answers with the file. */
export async function sendPdf(ctx: Context, reply: FastifyReply, printed: PrintedTickets): Promise<FastifyReply> {
  const pdf = await ctx.ticketPrinter.print(printed)
  const name = `${printed.words.document}-${printed.order}`.replace(/[^\w-]+/g, '-')
  return reply
    .type('application/pdf')
    .header('content-disposition', `attachment; filename="${name}.pdf"`)
    .header('cache-control', 'private, no-store')
    .send(pdf as never)
}
