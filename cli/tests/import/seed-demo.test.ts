import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoEvents } from '../../src/demo/events.ts'
import { seedDemo } from '../../src/demo/seed-demo.ts'
import { openShop, type Shop } from './shop-fixture.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.stop())

type Item = {
  id: string
  status: string
  title: { en: string; fr: string }
  imageUrl: string
  imageAlt: { en: string; fr: string }
  startsAt: string
  version: number
}
type Type = { availability: string; priceMinor: number }
const get = async (path: string): Promise<ReturnType<typeof JSON.parse>> =>
  (await fetch(`${shop.url}/api${path}`)).json()
const seed = async () => seedDemo({ publicUrl: shop.url, session: await shop.signIn(), log: () => undefined })

describe('the demo shop', () => {
  it('is full of coming events in both languages, with pictures, on sale, sold out, soon and cancelled; twice is once', async () => {
    await seed()
    const { items } = (await get('/events/v1/events?limit=200')) as { items: Item[] }
    expect(items.length).toBe(demoEvents.length)
    expect(items.length).toBeGreaterThanOrEqual(12)
    for (const item of items) {
      expect(item.title.en && item.title.fr && item.imageAlt.en && item.imageAlt.fr).toBeTruthy()
      expect(new Date(item.startsAt).getTime()).toBeGreaterThan(Date.now())
      const picture = await fetch(`${shop.url}${item.imageUrl}`)
      const { format, width } = await sharp(Buffer.from(await picture.arrayBuffer())).metadata()
      expect([format, width]).toEqual(['webp', 1200])
    }
    expect(items.filter(({ status }) => status === 'cancelled')).toHaveLength(1)

    const onSale = new Map<string, Type[]>()
    for (const { id, title } of items) onSale.set(title.en, (await get(`/tickets/v1/events/${id}/ticket-types`)).items)
    const all = [...onSale.values()]
    expect(all.every((types) => types.length > 0)).toBe(true)
    expect(all.filter((types) => types.every(({ availability }) => availability === 'sold-out'))).toHaveLength(1)
    expect(all.filter((types) => types.every(({ availability }) => availability === 'not-yet-open'))).toHaveLength(1)
    expect(all.flat().some(({ priceMinor }) => priceMinor === 0)).toBe(true)

    await seed()
    const again = (await get('/events/v1/events?limit=200')) as { items: Item[] }
    expect(again.items).toEqual(items)
    for (const { id, title } of items) {
      expect((await get(`/tickets/v1/events/${id}/ticket-types`)).items.length).toBe(onSale.get(title.en)?.length)
    }
  })
})
