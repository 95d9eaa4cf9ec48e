import { type Actions, type RequestEvent, redirect } from '@sveltejs/kit'
import type { Member } from '#web/api/account.ts'
import { call, need } from '#web/api/call.server.ts'
import type { Delivery } from '#web/api/delivery.ts'
import { ApiError } from '#web/api/problem.ts'
import type { Order, Page } from '#web/api/types.ts'
import { Check } from '#web/forms/check.server.ts'
import { refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import { actOnDelivery } from '#web/messaging/resend.server.ts'
import { parseMoney } from '#web/money/money.ts'
import { refundRefusal } from '#web/tickets/refund-refusal.server.ts'
import { attemptsOf, correctionsOf, disputesOf, moneyOf } from '#web/tickets/refunds.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const { body: order } = await need<Order>(event, 'tickets', `/v1/orders/${event.params.orderId}`, { as: 'visitor' })
  const { secret: _secret, tickets, ...shown } = order
  const [money, attempts, corrections, disputes, deliveries, names] = await Promise.all([
    moneyOf(event, order.id, { as: 'visitor' }),
    attemptsOf(event, order.id),
    correctionsOf(event, order.id),
    disputesOf(event, order),
    deliveriesOf(event, order),
    namesOf(event, order.organizerId),
  ])
  return {
    order: shown,
    tickets: tickets.map(({ code: _code, ...ticket }) => ticket),
    ...money,
    attempts,
    corrections,
    disputes,
    deliveries,
    names,
    /** At the venue, as a date field takes it. */
    today: new Date().toLocaleDateString('sv-SE', { timeZone: order.event.timeZone }),
    saved: event.url.searchParams.has('saved'),
  }
}

/** `null` while notifications is away, or for a role that may not see them. */
async function deliveriesOf(event: RequestEvent, order: Order): Promise<Delivery[] | null> {
  const query = { orderId: order.id, organizerId: order.organizerId }
  const answer = call<Page<Delivery>>(event, 'notifications', '/v1/deliveries', { query, as: 'visitor' })
  return answer.then(({ body }) => body.items).catch(orNothing)
}

/** The members' names, for who may see them; the visitor's own in any case. */
async function namesOf(event: RequestEvent, organizerId: string): Promise<Record<string, string>> {
  const path = `/v1/organizers/${organizerId}/members`
  const answer = await call<Page<Member>>(event, 'accounts', path, { as: 'visitor' }).catch(orNothing)
  const { user } = event.locals.visitor
  const known = [...(answer?.body.items ?? []), ...(user ? [{ userId: user.id, name: user.name }] : [])]
  return Object.fromEntries(known.map(({ userId, name }) => [userId, name]))
}

function orNothing(error: unknown): null {
  if (error instanceof ApiError) return null
  throw error
}

/** Does one thing to the order, and comes back to it. */
async function act(event: RequestEvent, doing: (values: Record<string, string>) => Promise<unknown>) {
  const values = textValues(await event.request.formData())
  try {
    await doing(values)
  } catch (error) {
    return refundRefusal(event, error, values)
  }
  redirect(303, `${event.url.pathname}?saved=1`)
}

const post = (event: RequestEvent, path: string, body?: unknown) =>
  call(event, 'tickets', path, { method: 'POST', ...(body === undefined ? {} : { body }), as: 'visitor' })

export const actions: Actions = {
  /** Asks the provider again for a refund that it refused. */
  retryRefund: (event) =>
    act(event, ({ refund = '' }) => post(event, `/v1/refunds/${encodeURIComponent(refund)}/retry`)),

  /** The member has sent the money himself. */
  settleRefund: async (event) => {
    const values = textValues(await event.request.clone().formData())
    const { refund = '', note = '' } = values
    if (!note) {
      return refuse(400, values, [{ field: `note-${refund}`, message: textsFor(event)('console.settle.noteMissing') }])
    }
    return act(event, () => post(event, `/v1/refunds/${encodeURIComponent(refund)}/settlement`, { note }))
  },

  /** Money for a bank transfer has been seen at the bank. */
  recordPayment: async (event) => {
    const values = textValues(await event.request.clone().formData())
    const { payment = '', amount = '', receivedOn = '', note = '', currency = 'EUR' } = values
    const t = textsFor(event)
    const check = new Check(values, t)
    const amountMinor = parseMoney(amount, currency)
    if (!amountMinor) check.refuse('amount', t('fault.money'))
    if (!/^\d{4}-\d{2}-\d{2}$/.test(receivedOn)) check.refuse('receivedOn', t('console.record.dateMissing'))
    if (check.failed) return refuse(400, values, check.faults)
    const body = { amountMinor, receivedOn, ...(note ? { note } : {}) }
    return act(event, () => post(event, `/v1/payments/${encodeURIComponent(payment)}/receipt`, body))
  },

  retry: (event) => actOnDelivery(event, 'retry'),
  resend: (event) => actOnDelivery(event, 'resend'),

  /** A buyer who mistyped the address calls; the tickets go to the right one. */
  correctEmail: async (event) => {
    const values = textValues(await event.request.clone().formData())
    const { email = '' } = values
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) {
      return refuse(400, values, [{ field: 'email', message: textsFor(event)('fault.email') }])
    }
    return act(event, () =>
      call(event, 'tickets', `/v1/orders/${event.params.orderId}/buyer-email`, {
        method: 'PUT',
        body: { email },
        as: 'visitor',
      }),
    )
  },
}
