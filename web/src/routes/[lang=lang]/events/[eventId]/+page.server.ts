import { type Actions, fail, type RequestEvent, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import type { EventDetails, Order, TicketTypes } from '#web/api/types.ts'
import { refusalOf, refuse, shownValues, textsFor, textValues } from '#web/forms/refusal.server.ts'
import { isLanguage } from '#web/messages/language.ts'
import { type Line, readChoice } from '#web/tickets/choice.server.ts'
import { placeOrder, replaceOrder } from '#web/tickets/placing.server.ts'
import type { SaleRefusal } from '#web/tickets/sale-refusal.ts'
import type { PageServerLoad } from './$types'

const CODE_MAX = 64
const BUSY_RETRY_SECONDS = 2

export const load: PageServerLoad = async (event) => {
  const { eventId } = event.params
  const { searchParams } = event.url
  const changed = await orderToChange(event)
  const code = (searchParams.get('code') ?? changed?.promoCode ?? '').trim().slice(0, CODE_MAX)
  const [details, types] = await Promise.all([
    readEvent(event),
    call<TicketTypes>(event, 'tickets', `/v1/events/${eventId}/ticket-types`, { query: { promoCode: code } }).catch(
      noTypes,
    ),
  ])
  return {
    event: details.body,
    ended: Date.parse(details.body.endsAt) < Date.now(),
    // `null` while `tickets` is away: the event is still worth reading.
    tickets: types?.body ?? null,
    code,
    codeValid: types?.body.promoCode?.valid ?? false,
    requestKey: crypto.randomUUID(),
    changed,
    /** What was chosen before the code was given. */
    wished: Object.fromEntries([...searchParams].filter(([name]) => /^(quantity|price)\./.test(name))),
    signedIn: event.locals.visitor.user !== null,
  }
}

export const actions: Actions = {
  order: async (event) => {
    const values = textValues(await event.request.formData())
    const language = isLanguage(event.params.lang) ? event.params.lang : 'en'
    const { choice, check } = readChoice(values, textsFor(event))
    if (check.failed) return refuse(400, values, check.faults)
    const { requestKey = crypto.randomUUID(), changes = '', changesKey = '' } = values
    let order: Order
    try {
      order = changes
        ? await replaceOrder(event, { id: changes, secret: changesKey }, choice, requestKey, language)
        : await placeOrder(event, event.params.eventId ?? '', choice, requestKey, language)
    } catch (error) {
      return refused(event, error, values, choice.lines)
    }
    redirect(303, `/${language}/checkout/${order.id}?key=${encodeURIComponent(order.secret ?? '')}`)
  },
}

/**
 * A refusal of the sale goes back as facts: the page words it, beside the ticket that it is about. Where nobody knows
 * what came of it, or nothing did yet, the page's key stays, so that sending again is no second order.
 */
function refused(event: RequestEvent, error: unknown, values: Record<string, string>, lines: Line[]) {
  if (!(error instanceof ApiError)) throw error
  if (error.code === 'sale-busy') {
    const retryAfterSeconds = error.retryAfterSeconds ?? BUSY_RETRY_SECONDS
    event.setHeaders({ 'retry-after': String(retryAfterSeconds) })
    return fail(503, { values: shownValues(values), faults: [], busy: { retryAfterSeconds } })
  }
  if (error.status >= 500) return refusalOf(event, error, values, () => 'tickets')
  // Nothing came of this one: the next press is a new order, even of the same tickets.
  const { requestKey: _used, ...kept } = values
  if (error.status !== 409 && error.code !== 'ticket-type-unknown')
    return refusalOf(event, error, kept, (pointer) => fieldOf(pointer, lines))
  const { code, title, detail, ticketTypeId } = error.problem
  const refusal: SaleRefusal = {
    code,
    facts: error.problem,
    ...(typeof ticketTypeId === 'string' ? { ticketTypeId } : {}),
  }
  const problem = detail ? `${title} ${detail}` : title
  return fail(error.status, { values: shownValues(kept), faults: [], problem, refusal })
}

/** The input that a JSON pointer into the order is about. */
function fieldOf(pointer: string, lines: Line[]): string {
  const [, top, index, part] = pointer.split('/')
  if (top === 'buyer') return index === 'email' ? 'email' : 'name'
  if (top === 'promoCode') return 'code'
  const line = top === 'lines' ? lines[Number(index)] : undefined
  if (!line) return 'tickets'
  return `${part === 'chosenPriceMinor' ? 'price' : 'quantity'}.${line.ticketTypeId}`
}

/** Public; a draft is shown to members of its organizer, as a preview. */
async function readEvent(event: RequestEvent) {
  const path = `/v1/events/${event.params.eventId}`
  if (!event.locals.visitor.user) return need<EventDetails>(event, 'events', path)
  try {
    return await call<EventDetails>(event, 'events', path)
  } catch (problem) {
    if (problem instanceof ApiError && problem.status === 404)
      return need<EventDetails>(event, 'events', path, { as: 'visitor' })
    throw problem
  }
}

/** An event that `tickets` has not heard of sells nothing; one that cannot be asked about is another matter. */
function noTypes(problem: unknown): { body: Pick<TicketTypes, 'items' | 'promoCode' | 'fee'> } | null {
  if (problem instanceof ApiError && problem.status === 404) return { body: { items: [] } }
  return orNothing(problem)
}

/** The hold whose quantities the visitor came back to change. */
async function orderToChange(event: RequestEvent) {
  const id = event.url.searchParams.get('order')
  const key = event.url.searchParams.get('key')
  if (!id || !key) return null
  const answer = await call<Order>(event, 'tickets', `/v1/orders/${id}`, { orderSecret: key }).catch(orNothing)
  if (!answer || answer.body.eventId !== event.params.eventId) return null
  return {
    id,
    key,
    promoCode: answer.body.promoCode ?? null,
    lines: answer.body.lines,
    hasBuyer: answer.body.buyer !== null,
  }
}

function orNothing(error: unknown): null {
  if (error instanceof ApiError) return null
  throw error
}
