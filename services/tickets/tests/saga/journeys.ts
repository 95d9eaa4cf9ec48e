import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { checkPendingPayments } from '../../src/jobs/check-pending-payments.ts'
import { expireHolds } from '../../src/jobs/expire-holds.ts'
import { finishRefunds } from '../../src/jobs/finish-refunds.ts'
import { BUYER } from '../fixture.ts'
import { type Order, PAY, type Shop } from '../shop.ts'

/** How everybody behaves: each act once, or repeated though it was answered, one after the other or at once. */
export type Manner = 'once' | 'twice' | 'at once'

interface End {
  order: Order
  /** What must be true in the end. */
  state: string
  validTickets: number
  charges: number
  refunds: number
}

const ATTEMPTS = 20

/** Buyers, members and jobs, who repeat what was not answered until it is, as real ones do, with the same key. */
export function startActors(shop: Shop, manner: Manner) {
  async function repeated<Result>(act: () => Promise<Result>): Promise<Result> {
    const first = manner === 'at once' ? (await Promise.all(Array.from({ length: 4 }, act)))[0] : await act()
    if (manner === 'twice') await act()
    return first as Result
  }

  async function post(url: string, more: { secret?: string; token?: string; body?: object }, key = randomUUID()) {
    const send = async () => {
      for (let attempt = 0; ; ) {
        const answer = await shop.tickets.call('POST', url, { ...more, headers: { 'idempotency-key': key } })
        if (answer.json().code === 'idempotency-in-progress') {
          // However long the one takes that was first: that counts as no attempt.
          await setTimeout(5)
          continue
        }
        if (answer.statusCode < 500 || attempt === ATTEMPTS) return answer
        attempt += 1
      }
    }
    return (await repeated(send)).json()
  }

  return {
    async hold(quantity: number, type = shop.typeId): Promise<Order> {
      const lines = [{ ticketTypeId: type, quantity }]
      const order = await post('/v1/orders', {
        body: { eventId: shop.event.eventId, lines, buyer: BUYER, locale: 'fr' },
      })
      if (!order.secret) throw new Error(`No order: ${JSON.stringify(order)}`)
      return order
    },
    /** Begins to pay and returns the page where the buyer does. */
    async open({ id, secret }: Order): Promise<string> {
      const payment = await post(`/v1/orders/${id}/payments`, { secret, body: PAY })
      if (!payment.redirectUrl) throw new Error(`No payment: ${JSON.stringify(payment)}`)
      return payment.redirectUrl
    },
    pay: (page: string) => repeated(() => shop.payments.act(page, 'pay')),
    comeBack: ({ id, secret }: Order) => post(`/v1/orders/${id}/payment-check`, { secret, body: {} }),
    cancel: ({ id, secret }: Order) => post(`/v1/orders/${id}/cancellation`, { secret, body: {} }),
    refund: ({ id }: Order, body: object = {}) => post(`/v1/orders/${id}/refunds`, { token: shop.event.owner, body }),
    /** Lets the jobs run until what is due is done; a round that fails is repeated, as in the service. */
    async jobs(rounds = 4): Promise<void> {
      const { context, clock } = shop.tickets
      for (let round = 0; round < rounds; round++) {
        for (const job of [expireHolds, checkPendingPayments, finishRefunds]) {
          await repeated(() => job.run(context).catch(() => 0))
        }
        clock.advance(16)
      }
    },
  }
}

type Actors = ReturnType<typeof startActors>

/** What may become of a purchase: each way through the saga, forward and back. */
export const JOURNEYS: Record<string, (shop: Shop, actors: Actors) => Promise<End>> = {
  'a purchase': async (_shop, actors) => {
    const order = await actors.hold(2)
    await actors.pay(await actors.open(order))
    await actors.comeBack(order)
    await actors.jobs()
    return { order, state: 'confirmed', validTickets: 2, charges: 1, refunds: 0 }
  },
  'a purchase that only our poll hears of': async (shop, actors) => {
    const order = await actors.hold(1)
    await actors.pay(await actors.open(order))
    shop.tickets.clock.advance(30)
    await actors.jobs()
    return { order, state: 'confirmed', validTickets: 1, charges: 1, refunds: 0 }
  },
  'a purchase and its refund': async (_shop, actors) => {
    const order = await actors.hold(2)
    await actors.pay(await actors.open(order))
    await actors.comeBack(order)
    await actors.jobs(2)
    await actors.refund(order)
    await actors.jobs(12)
    return { order, state: 'refunded', validTickets: 0, charges: 1, refunds: 1 }
  },
  'a purchase and the refund of one of its tickets': async (_shop, actors) => {
    const order = await actors.hold(3)
    await actors.pay(await actors.open(order))
    await actors.comeBack(order)
    await actors.jobs(2)
    await actors.refund(order, { lines: [{ lineNumber: 1, quantity: 1 }] })
    await actors.jobs(12)
    return { order, state: 'confirmed', validTickets: 2, charges: 1, refunds: 1 }
  },
  'a hold given up while its page is open': async (_shop, actors) => {
    const order = await actors.hold(2)
    await actors.open(order)
    await actors.cancel(order)
    await actors.jobs()
    return { order, state: 'cancelled', validTickets: 0, charges: 0, refunds: 0 }
  },
  'a hold that is over before it is paid': async (shop, actors) => {
    const order = await actors.hold(2)
    await actors.open(order)
    shop.tickets.clock.advance(601)
    await actors.jobs(6)
    return { order, state: 'expired', validTickets: 0, charges: 0, refunds: 0 }
  },
  'money for an order that was given up': async (shop, actors) => {
    const order = await actors.hold(1)
    const page = await actors.open(order)
    // The buyer pays in the moment in which the provider cannot be reached to take the page away.
    await shop.payments.kill()
    await actors.cancel(order)
    await shop.payments.restart()
    await shop.payments.control({ webhooks: 'drop' })
    await actors.pay(page)
    await actors.jobs(14)
    return { order, state: 'cancelled', validTickets: 0, charges: 1, refunds: 1 }
  },
}
