import { afterAll, beforeAll, expect, it } from 'vitest'
import { publishEvent } from './fixture.ts'
import { bought } from './refunds.ts'
import { openShop, type Shop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.stop())

it('tells members when an address was corrected and by whom, without the addresses, and nobody else', async () => {
  const order = await bought(shop, 1)
  const url = `/v1/orders/${order.id}/recipient-changes`
  const token = await shop.event.member('viewer')
  expect((await shop.tickets.call('GET', url, { token })).json()).toEqual({ items: [] })

  const address = `/v1/orders/${order.id}/buyer-email`
  const right = { body: { email: 'right@example.org' } }
  expect((await shop.tickets.call('PUT', address, { secret: order.secret, ...right })).statusCode).toBe(200)
  const again = { token: shop.event.owner, body: { email: 'better@example.org' } }
  expect((await shop.tickets.call('PUT', address, again)).statusCode).toBe(200)

  const list = await shop.tickets.call('GET', url, { token })
  expect(list.json().items).toEqual([
    { number: 1, changedAt: expect.any(String), changedBy: 'buyer' },
    { number: 2, changedAt: expect.any(String), changedBy: expect.stringMatching(/^usr_/) },
  ])
  const stranger = (await publishEvent(shop.tickets)).owner
  expect((await shop.tickets.call('GET', url, { token: stranger })).statusCode).toBe(404)
  expect((await shop.tickets.call('GET', url, { token: await shop.event.member('door') })).statusCode).toBe(403)
  expect((await shop.tickets.call('GET', url)).statusCode).toBe(401)
  const none = '/v1/orders/ord_01arz3ndektsv4rrffq69g5fav/recipient-changes'
  expect((await shop.tickets.call('GET', none, { token })).statusCode).toBe(404)
})
