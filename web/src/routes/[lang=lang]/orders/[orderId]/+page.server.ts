import { randomUUID } from 'node:crypto'
import { type Actions, redirect } from '@sveltejs/kit'
import { ApiError } from '#web/api/problem.ts'
import type { Order } from '#web/api/types.ts'
import { refusalOf } from '#web/forms/refusal.server.ts'
import {
  checkPayment,
  credentials,
  extendHold,
  languageOf,
  pay,
  readOrder,
  waysToPay,
} from '#web/tickets/order.server.ts'
import { correctEmail, sendAgain, ticketMailOf } from '#web/tickets/order-mail.server.ts'
import { drawQr } from '#web/tickets/qr.server.ts'
import { isOffered, moneyOf, policyOf } from '#web/tickets/refunds.server.ts'
import type { PageServerLoad } from './$types'

/** What a page about an order tells: the order's state, told apart further while it is held. */
export type Standing = 'confirmed' | 'waiting' | 'transfer' | 'declined' | 'expired' | 'cancelled' | 'refunded'

export const load: PageServerLoad = async (event) => {
  const order = await checkPayment(event, await readOrder(event))
  const standing = standingOf(order)
  const key = event.url.searchParams.get('key') ?? ''
  const query = key ? `?key=${encodeURIComponent(key)}` : ''
  if (standing === 'checkout') redirect(303, `/${languageOf(event)}/checkout/${order.id}${query}`)
  const { secret: _secret, ...shown } = order
  // What still lets somebody in comes first.
  shown.tickets = [...order.tickets].sort((a, b) => Number(a.state === 'void') - Number(b.state === 'void'))
  const paid = order.confirmedAt !== null && order.totalMinor > 0
  const [money, policy, ways, ticketMail] = await Promise.all([
    order.payment ? moneyOf(event, order.id, credentials(event)) : { refunds: [], invoices: [] },
    paid && order.state === 'confirmed' ? policyOf(event, order.eventId) : null,
    standing === 'declined' ? waysToPay(event, order) : [],
    ticketMailOf(event, order),
  ])
  return {
    order: shown,
    standing,
    ...money,
    policy,
    otherWays: (ways?.length ?? 0) > 1,
    refundable: paid && isOffered(policy, order),
    saved: event.url.searchParams.has('saved'),
    ticketMail,
    passDone: passDoneOf(event.url.searchParams.get('pass')),
    mailDone: mailDoneOf(event.url.searchParams.get('mail')),
    key,
    requestKey: randomUUID(),
    passable: passableOf(order),
    now: Date.now(),
    drawings: Object.fromEntries(order.tickets.map(({ id, code }) => [id, code ? drawQr(code) : null])),
  }
}

export const actions: Actions = {
  sendAgain,
  correctEmail,

  /** Another try after a refused payment: the places are still held. */
  retry: async (event) => {
    try {
      await pay(event, await readOrder(event))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return refusalOf(event, error, {})
    }
  },

  extend: async (event) => {
    try {
      await extendHold(event)
      return { values: {}, faults: [], extended: true }
    } catch (error) {
      return refusalOf(event, error, {})
    }
  },
}

/** The tickets that can be passed on, and those that can be taken back, now. */
function passableOf({ tickets, event }: Order): { on: string[]; back: string[] } {
  const open = tickets.filter(({ state, checkedInAt }) => state === 'valid' && !checkedInAt)
  const now = Date.now()
  const ids = (some: Order['tickets']) => some.map(({ id }) => id)
  return {
    on:
      event.status !== 'cancelled' && Date.parse(event.endsAt) > now
        ? ids(open.filter(({ transfersLeft = 0 }) => transfersLeft > 0))
        : [],
    back: Date.parse(event.startsAt) > now ? ids(open.filter(({ holder }) => holder)) : [],
  }
}

const passDoneOf = (done: string | null): 'on' | 'back' | null => (done === 'on' || done === 'back' ? done : null)

const mailDoneOf = (done: string | null): 'again' | 'corrected' | null =>
  done === 'again' || done === 'corrected' ? done : null

function standingOf(order: Order): Standing | 'checkout' {
  if (order.state !== 'held') return order.state
  if (order.payment?.instructions && order.payment.state === 'pending') return 'transfer'
  if (order.payment?.state === 'pending' || order.payment?.state === 'succeeded') return 'waiting'
  if (Date.parse(order.expiresAt) <= Date.now()) return 'expired'
  return order.payment?.state === 'failed' ? 'declined' : 'checkout'
}
