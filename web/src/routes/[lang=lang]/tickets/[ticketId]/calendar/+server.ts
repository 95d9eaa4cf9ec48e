import { configuration } from '#web/config.server.ts'
import { textsOf } from '#web/messages/catalogue.server.ts'
import { calendarOf } from '#web/tickets/calendar.server.ts'
import { readHeldTicket } from '#web/tickets/held-ticket.server.ts'
import { languageOf } from '#web/tickets/order.server.ts'
import { fullPlace } from '#web/ui/venue.ts'
import type { RequestHandler } from './$types'

export const GET: RequestHandler = async (event) => {
  const ticket = await readHeldTicket(event)
  const language = languageOf(event)
  const place = fullPlace(ticket.event.venue, language, textsOf(language)('venue.online'))
  return new Response(calendarOf(ticket, language, configuration().config.publicUrl, place, new Date()), {
    headers: {
      'content-type': 'text/calendar; charset=utf-8',
      'content-disposition': 'attachment; filename="event.ics"',
      'cache-control': 'no-store',
    },
  })
}
