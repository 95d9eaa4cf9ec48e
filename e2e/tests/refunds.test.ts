import { eventually, hasPart } from '@guichet/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, signIn, violations, WORDS } from '../browser.ts'
import { buy, must, openSale, type Sale, type Session, signUp } from '../client.ts'
import { joinSystem } from '../join-system.ts'
import type { RunningSystem } from '../system.ts'

// Money back, as the organizer and the buyer see it: the exact amount first, then the same in words on both sides.

let system: RunningSystem
let owner: Session
let sale: Sale
beforeAll(async () => {
  if (!hasPart('chromium')) return
  system = await joinSystem()
  owner = await signUp(system)
  sale = await openSale(system, owner, { priceMinor: 2_500 })
})

describe.runIf(hasPart('chromium'))('refunds on the screens', () => {
  it('lets the organizer refund one ticket of two, exact amount first, and the buyer sees it, without JavaScript', async () => {
    const order = await buy(system, sale, { email: 'part@example.org', quantity: 2 })
    const visitor = await openBrowser({ screen: 'phone', javaScript: false })
    const page = await visitor.context.newPage()
    try {
      await signIn(page, system, owner, 'en')
      const at = `${system.publicUrl}/en/console/events/${sale.eventId}/orders/${order.id}`
      await page.goto(at)
      await page.getByRole('link', { name: WORDS.en['console.refund.open'] }).click()
      await page.getByRole('checkbox').first().check()
      await page.getByRole('button', { name: WORDS.en['console.refund.preview'] }).click()
      // Nothing has happened yet: the page only says what would.
      const button = page.getByRole('button', { name: 'Refund €25.00' })
      await button.waitFor()
      expect(await refundsOf(order)).toEqual([])
      await page.getByLabel(WORDS.en['console.refund.note']).fill('fell ill')
      await button.click()
      await page.waitForURL(/saved=1/)
      await page.getByText(WORDS.en['order.state.partly']).first().waitFor()
      await page.getByText('Refund of €25.00 decided').waitFor()
      await page.getByText('fell ill').waitFor()
      expect(await refundsOf(order)).toMatchObject([{ amountMinor: 2_500 }])

      await page.goto(`${system.publicUrl}/en/orders/${order.id}?key=${order.secret}`)
      await page.getByText(/€25\.00 of this order goes back to you/).waitFor()
      const money = page.getByRole('region', { name: WORDS.en['order.money'] })
      await money.getByText(/^€25\.00 (refunded on|on the way back)/).waitFor()
      expect(await money.getByText('fell ill').count()).toBe(0)
      expect(await page.getByText(WORDS.en['ticket.void'], { exact: true }).count()).toBe(1)
    } finally {
      await visitor.close()
    }
  })

  it('lets the buyer give a ticket back by the organizer’s policy, who keeps what it says', async () => {
    await must(system, `tickets/v1/organizers/${sale.organizerId}/refund-policy`, {
      method: 'PUT',
      token: owner.accessTokens.tickets,
      headers: { 'if-match': '"v0"' },
      body: { enabled: true, untilDays: 7, keptBp: 1_000 },
    })
    const order = await buy(system, sale, { email: 'self@example.org' })
    const visitor = await openBrowser()
    const page = await visitor.context.newPage()
    try {
      await page.goto(`${system.publicUrl}/en/orders/${order.id}?key=${order.secret}`)
      await page.getByRole('link', { name: WORDS.en['refund.start'] }).click()
      await page.getByText('€22.50', { exact: true }).waitFor()
      expect(await violations(page)).toEqual([])
      await page.getByRole('button', { name: 'Give the ticket back' }).click()
      await page.getByRole('heading', { name: WORDS.en['order.title.refunded'] }).waitFor()
      expect(await refundsOf(order)).toMatchObject([{ amountMinor: 2_250, reason: 'self-service' }])
    } finally {
      await visitor.close()
    }
  })

  it('refunds the rest of the event at once, totals first', async () => {
    const order = await buy(system, sale, { email: 'mass@example.org', quantity: 3 })
    const visitor = await openBrowser()
    const page = await visitor.context.newPage()
    try {
      await signIn(page, system, owner, 'en')
      await page.goto(`${system.publicUrl}/en/console/events/${sale.eventId}/refunds`)
      const force = page.getByLabel(WORDS.en['console.refund.force'])
      await force.check()
      await page.getByRole('button', { name: WORDS.en['console.run.count'] }).click()
      await page.getByText('€100.00', { exact: true }).waitFor()
      expect(await force.isChecked()).toBe(true)
      // What is ticked is what is counted, also on the way back.
      await page.goBack()
      await eventually(async () => !(await force.isChecked()))
      await page.getByRole('button', { name: WORDS.en['console.run.count'] }).click()
      await page.getByText('€100.00', { exact: true }).waitFor()
      await page.getByLabel(/I want to refund these 2 orders/).check()
      await page.getByRole('button', { name: 'Refund €100.00' }).click()
      await page.getByText('€100.00 of €100.00').waitFor()
      await page.getByText('2 refunds done').waitFor()
      expect(await refundsOf(order)).toMatchObject([{ amountMinor: 7_500, endsOrder: true }])
    } finally {
      await visitor.close()
    }
  })
})

async function refundsOf(order: { id: string; secret: string }): Promise<Record<string, unknown>[]> {
  const path = `tickets/v1/orders/${order.id}/refunds`
  const headers = { 'order-secret': order.secret }
  return (await must<{ items: Record<string, unknown>[] }>(system, path, { headers })).items
}
