import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publishEvent } from './fixture.ts'
import { bought, refunds } from './refunds.ts'
import { openShop, type Shop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.stop())

describe('listOrderPayments', () => {
  it('tells members each try with its provider, and nobody else that the order exists', async () => {
    const order = await bought(shop, 1)
    const url = `/v1/orders/${order.id}/payments`
    const list = await shop.tickets.call('GET', url, { token: await shop.event.member('viewer') })
    expect(list.json().items).toMatchObject([
      { provider: 'simulated', mode: 'test', state: 'succeeded', problem: null, reference: expect.any(String) },
    ])
    expect(list.json().items[0].settledAt).not.toBeNull()
    const stranger = (await publishEvent(shop.tickets)).owner
    expect((await shop.tickets.call('GET', url, { token: stranger })).statusCode).toBe(404)
    expect((await shop.tickets.call('GET', url, { token: await shop.event.member('door') })).statusCode).toBe(403)
    expect((await shop.tickets.call('GET', url)).statusCode).toBe(401)
  })

  it('is not found for an order that is none', async () => {
    const url = '/v1/orders/ord_01arz3ndektsv4rrffq69g5fav/payments'
    const token = await shop.event.member('viewer')
    expect((await shop.tickets.call('GET', url, { token })).statusCode).toBe(404)
  })
})

it('says who asked for a refund to members, and not to the buyer', async () => {
  const order = await bought(shop, 1)
  await refunds(shop, order, { amountMinor: 5 })
  const url = `/v1/orders/${order.id}/refunds`
  const member = await shop.tickets.call('GET', url, { token: await shop.event.member('viewer') })
  expect(member.json().items[0].requestedBy).toMatch(/^usr_/)
  const buyer = await shop.tickets.call('GET', url, { secret: order.secret })
  expect(buyer.json().items[0]).toMatchObject({ requestedBy: null, settledBy: null })
})
