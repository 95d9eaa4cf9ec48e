import { newUuid, toId, toUuid } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recordDispute } from '../src/disputes/record-dispute.ts'
import { finishRefunds } from '../src/jobs/finish-refunds.ts'
import type { PaymentProvider, ProviderDispute } from '../src/payments/provider.ts'
import { checkSentRefund } from '../src/refunds/check-sent-refund.ts'
import { publishEvent } from './fixture.ts'
import { type BoughtOrder, bought, refunds } from './refunds.ts'
import { openShop, type Shop } from './shop.ts'

let shop: Shop
/** While true, the provider says that it had the money of its refunds back. */
let returned = false
let returnedReference = ''
beforeAll(async () => {
  const bank = (real: PaymentProvider): PaymentProvider => ({
    ...real,
    async findRefund(terms) {
      const found = await real.findRefund(terms)
      if (returned) returnedReference = found?.reference ?? ''
      return found && returned ? { ...found, state: 'failed', problem: 'account closed' } : found
    },
  })
  shop = await openShop({ overrides: { provider: bank } })
})
afterAll(() => shop?.stop())

/** A refund that the provider has refused for good. */
async function failed() {
  const order = await bought(shop)
  await shop.payments.control({ next: 'decline', on: 'refund' })
  const refund = (await refunds(shop, order, {})).json()
  expect(refund).toMatchObject({ state: 'failed', problem: expect.stringContaining('409') })
  return { order, refund }
}
const act = async (refund: { id: string }, what: string, body?: object, token = shop.event.owner) =>
  shop.tickets.call('POST', `/v1/refunds/${refund.id}/${what}`, { token, ...(body ? { body } : {}) })
const journalOf = async (amountMinor: number) =>
  (await shop.payments.journal()).refunds.filter((one) => one.amountMinor === amountMinor).length

describe('a refund that the provider refuses', () => {
  it('is shown with the provider’s words, stays owed, and no second one takes its place', async () => {
    const { order, refund } = await failed()
    expect(await shop.read(order)).toMatchObject({
      state: 'refunded',
      refundedMinor: 4_900,
      payment: { state: 'succeeded' },
    })
    expect((await refunds(shop, order, { amountMinor: 1 })).json().code).toBe('refund-too-high')
    const url = `/v1/organizers/${shop.event.organizerId}/refunds?state=failed&limit=1`
    const page = (await shop.tickets.call('GET', url, { token: await shop.event.member('viewer') })).json()
    expect(page.items).toMatchObject([{ id: refund.id, orderId: order.id, state: 'failed' }])
    shop.tickets.clock.advance(3_600)
    await finishRefunds.run(shop.tickets.context)
    expect((await shop.tickets.outbox(order.id)).map((row) => row.type)).toEqual(['tickets.order-confirmed.v1'])
    await act(refund, 'retry')
  })

  it('goes when it is tried again, once, however often', async () => {
    const before = await journalOf(4_900)
    const { order, refund } = await failed()
    const answers = await Promise.all(Array.from({ length: 5 }, () => act(refund, 'retry')))
    expect(answers.some((answer) => answer.json().state === 'succeeded')).toBe(true)
    for (const answer of answers) {
      if (answer.statusCode !== 200) expect(answer.json().code).toBe('refund-done')
    }
    expect((await act(refund, 'retry')).json().code).toBe('refund-done')
    expect(await journalOf(4_900)).toBe(before + 1)
    expect((await shop.read(order)).payment.state).toBe('refunded')
  })

  it('can fail again', async () => {
    const { refund } = await failed()
    await shop.payments.control({ next: 'decline', on: 'refund' })
    expect((await act(refund, 'retry')).json()).toMatchObject({ state: 'failed' })
    expect((await act(refund, 'retry')).json()).toMatchObject({ state: 'succeeded', problem: null })
  })

  it('is settled by hand once, by who may refund, and not while the provider is at it', async () => {
    const note = { note: 'bank transfer of the 12th' }
    const { order, refund } = await failed()
    const before = await journalOf(4_900)
    expect((await act(refund, 'settlement', {})).statusCode).toBe(400)
    expect((await act(refund, 'settlement', note, await shop.event.member('support'))).statusCode).toBe(403)
    expect((await act(refund, 'settlement', note, (await publishEvent(shop.tickets)).owner)).statusCode).toBe(404)
    expect((await act({ id: toId('rfd', newUuid()) }, 'settlement', note)).statusCode).toBe(404)
    const url = `/v1/refunds/${refund.id}/settlement`
    expect((await shop.tickets.call('POST', url, { body: note })).statusCode).toBe(401)
    const done = await act(refund, 'settlement', note, await shop.event.member('finance'))
    expect(done.json()).toMatchObject({ state: 'succeeded', ...note })
    expect((await act(refund, 'settlement', note)).json().code).toBe('refund-done')
    expect((await act(refund, 'retry')).json().code).toBe('refund-done')
    expect(await journalOf(4_900)).toBe(before)
    expect((await shop.tickets.outbox(order.id)).at(-1)?.type).toBe('tickets.order-refunded.v1')

    const other = await bought(shop)
    await shop.payments.control({ next: 'timeout-before', on: 'refund' })
    const pending = (await refunds(shop, other, {})).json()
    expect(pending.state).toBe('pending')
    expect((await act(pending, 'settlement', note)).json().code).toBe('refund-under-way')
    expect((await act(pending, 'retry')).json().state).toBe('succeeded')
  })
})

describe('a refund that was sent and that the bank returns', () => {
  it('is owed again, and told and credited once when it is sent anew', async () => {
    const order = await bought(shop)
    const refund = (await refunds(shop, order, {})).json()
    const check = () => checkSentRefund(shop.tickets.context, toUuid('rfd', refund.id))
    await check()
    expect((await shop.read(order)).payment.state).toBe('refunded')
    returned = true
    await Promise.all([check(), check(), check()])
    returned = false
    const url = `/v1/orders/${order.id}/refunds`
    const { items } = (await shop.tickets.call('GET', url, { token: shop.event.owner })).json()
    expect(items).toMatchObject([{ state: 'failed', problem: 'account closed' }])
    expect((await shop.read(order)).payment.state).toBe('succeeded')
    const done = await act(refund, 'settlement', { note: 'to their new account' })
    expect(done.json().state).toBe('succeeded')
    const told = (await shop.tickets.outbox(order.id)).filter((row) => row.type === 'tickets.order-refunded.v1')
    expect(told).toHaveLength(1)
    await check()
    expect((await shop.read(order)).payment.state).toBe('refunded')
  })
})

describe('a disputed payment', () => {
  const disputed = async (order: BoughtOrder, more: Partial<ProviderDispute> = {}) => {
    const { payment } = await shop.read(order)
    const dispute: ProviderDispute = {
      reference: `dp_${order.id}`,
      paymentId: payment.id,
      state: 'open',
      amountMinor: 4_900,
      currency: 'EUR',
      reason: 'fraudulent',
      respondBy: new Date('2027-02-01T00:00:00Z'),
      ...more,
    }
    return recordDispute(shop.tickets.context, dispute)
  }
  const list = async (order: BoughtOrder, token = shop.event.owner) =>
    shop.tickets.call('GET', `/v1/organizers/${shop.event.organizerId}/disputes?orderId=${order.id}`, { token })

  it('is shown, and is not refunded too while it is open or lost', async () => {
    const order = await bought(shop)
    await Promise.all([disputed(order), disputed(order), disputed(order)])
    expect((await list(order)).json().items).toMatchObject([
      { orderId: order.id, state: 'open', amountMinor: 4_900, reason: 'fraudulent', closedAt: null },
    ])
    expect((await refunds(shop, order, {})).json()).toMatchObject({ code: 'payment-disputed', refundableMinor: 0 })
    await disputed(order, { state: 'lost' })
    await disputed(order, { state: 'open' })
    expect((await list(order)).json().items).toMatchObject([{ state: 'lost', closedAt: expect.any(String) }])
    expect((await refunds(shop, order, {})).json().code).toBe('payment-disputed')
    // Its tickets can be made void all the same.
    const ticketIds = order.tickets.map((ticket) => ticket.id)
    expect((await refunds(shop, order, { ticketIds, amountMinor: 0 })).json()).toMatchObject({ endsOrder: true })
  })

  it('is refunded once it is won, and is none of ours when we do not know it', async () => {
    const order = await bought(shop)
    await disputed(order, { state: 'won' })
    expect((await refunds(shop, order, {})).json()).toMatchObject({ amountMinor: 4_900, state: 'succeeded' })
    expect(await disputed(order, { paymentId: undefined })).toBe(false)
    expect(await disputed(order, { paymentId: toId('pay', newUuid()) })).toBe(false)
  })

  it('is for members who may see orders', async () => {
    const order = await bought(shop)
    expect((await list(order, (await publishEvent(shop.tickets)).owner)).statusCode).toBe(404)
    expect((await list(order, await shop.event.member('door'))).statusCode).toBe(403)
    const url = `/v1/organizers/${shop.event.organizerId}/disputes`
    expect((await shop.tickets.call('GET', url)).statusCode).toBe(401)
    const refundsUrl = `/v1/organizers/${shop.event.organizerId}/refunds`
    expect((await shop.tickets.call('GET', refundsUrl)).statusCode).toBe(401)
    expect(
      (await shop.tickets.call('GET', refundsUrl, { token: (await publishEvent(shop.tickets)).owner })).statusCode,
    ).toBe(404)
  })
})

it('leaves books that close', async () => {
  shop.tickets.clock.advance(3_600)
  while ((await finishRefunds.run(shop.tickets.context)) > 0);
  // The simulated bank knows nothing of the return that was made up above.
  const real = (await shop.violations()).filter((line) => !line.startsWith(`I2 refund ${returnedReference}:`))
  expect(real).toEqual([])
})
