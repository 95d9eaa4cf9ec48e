import { type Actions, fail, type RequestEvent, redirect } from '@sveltejs/kit'
import { call } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import type { Order } from '#web/api/types.ts'
import { configuration } from '#web/config.server.ts'
import { suggestEmail } from '#web/email/typo.ts'
import { Check, isEmail } from '#web/forms/check.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import { readConsents } from '#web/tickets/consents.server.ts'
import {
  checkPayment,
  extendHold,
  languageOf,
  orderLink,
  pay,
  readOrder,
  sendBuyer,
  waysToPay,
} from '#web/tickets/order.server.ts'
import { choiceOf, placeOrder } from '#web/tickets/placing.server.ts'
import { policyOf } from '#web/tickets/refunds.server.ts'
import { saleFault } from '#web/tickets/sale-refusal.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const order = await checkPayment(event, await readOrder(event))
  if (order.state !== 'held' && order.state !== 'expired') redirect(303, orderLink(event, languageOf(event)))
  const { user } = event.locals.visitor
  const expired = order.state === 'expired' || Date.parse(order.expiresAt) <= Date.now()
  return {
    order,
    expired,
    ...(await termsOf(event, order, expired)),
    now: Date.now(),
    offersSms: configuration().config.offersSms,
    key: event.url.searchParams.get('key') ?? '',
    buyer: order.buyer ?? (user ? { name: user.name, email: isEmail(user.email) ? user.email : '' } : null),
    /** Held again after the clock ran out, and whether at other prices. */
    again: event.url.searchParams.get('again'),
  }
}

/** How one may pay, and whether tickets are taken back. */
async function termsOf(event: RequestEvent, order: Order, expired: boolean) {
  if (expired || order.totalMinor === 0) return { ways: [], policy: null }
  const [ways, policy] = await Promise.all([waysToPay(event, order), policyOf(event, order.eventId)])
  const offered = policy?.until && Date.parse(policy.until) > Date.now()
  return { ways, policy: offered ? policy : null }
}

export const actions: Actions = {
  confirm: async (event) => {
    const values = textValues(await event.request.formData())
    const check = new Check(values, textsFor(event))
    // The button that takes the suggestion sends it beside what was typed.
    if (values.suggested) values.email = values.suggested
    const name = check.required('name')
    const email = check.email('email')
    const suggestion = suggestEmail(email)
    const order = await readOrder(event)
    const asked = { order, check, language: languageOf(event), t: textsFor(event) }
    const { phone, consents } = readConsents(values, asked)
    if (values.ways === 'several' && !values.provider) check.refuse('provider', textsFor(event)('checkout.wayMissing'))
    if (check.failed) return refuse(400, values, check.faults)
    // Shown once: sending the same address again means that it is right.
    if (suggestion && values.seenEmail !== email) {
      const shown: Record<string, string> = { ...values, seenEmail: email }
      return fail(422, { values: shown, faults: [], suggestion })
    }
    try {
      await pay(event, await sendBuyer(event, { name, email, phone }, consents), values.provider)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return refusalOf(event, error, values)
    }
  },

  extend: async (event) => {
    const values = textValues(await event.request.formData())
    try {
      await extendHold(event)
      return { values, faults: [], extended: true }
    } catch (error) {
      return refusalOf(event, error, values)
    }
  },

  /** Holds the same places again after the clock ran out, with everything that was typed. */
  again: async (event) => {
    const values = textValues(await event.request.formData())
    const language = languageOf(event)
    const old = await readOrder(event)
    // The secret makes the key one that nobody else can: whoever repeats the request is given the new order's secret.
    const secret = event.url.searchParams.get('key') ?? ''
    const buyer = { name: values.name || old.buyer?.name || '', email: values.email || old.buyer?.email || '' }
    let order: Order
    try {
      order = await placeOrder(event, old.eventId, await choiceOf(event, old), `again ${old.id} ${secret}`, language)
      if (buyer.name && buyer.email) await keepBuyer(event, order, buyer)
    } catch (error) {
      return refusedAgain(event, error, values, old)
    }
    const prices = order.totalMinor === old.totalMinor ? 'same' : 'changed'
    redirect(303, `/${language}/checkout/${order.id}?key=${encodeURIComponent(order.secret ?? '')}&again=${prices}`)
  },
}

/** Says what became of the places in the reader's words, and which of them it is about. */
function refusedAgain(event: RequestEvent, error: unknown, values: Record<string, string>, old: Order) {
  if (!(error instanceof ApiError)) throw error
  const { code, ticketTypeId } = error.problem
  const items = old.lines.map((line) => ({ ...line, id: line.ticketTypeId, currency: old.currency }))
  const fault = saleFault(
    { code, facts: error.problem, ...(typeof ticketTypeId === 'string' ? { ticketTypeId } : {}) },
    { items, timeZone: old.event.timeZone, language: languageOf(event), t: textsFor(event) },
  )
  if (!fault) return refusalOf(event, error, values)
  return fail(error.status, { values, faults: [], problem: fault.message })
}

/** What was typed before the clock ran out goes along; if that fails, the form asks again. */
async function keepBuyer(event: RequestEvent, order: Order, buyer: { name: string; email: string }): Promise<void> {
  try {
    const body = { buyer, locale: languageOf(event) }
    await call(event, 'tickets', `/v1/orders/${order.id}`, { method: 'PATCH', body, orderSecret: order.secret ?? '' })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}
