import { eventually, hasPart } from '@guichet/testkit'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Language, openBrowser, type SCREENS, WORDS } from '../browser.ts'
import { call, hold, linkIn, mailsTo, must, type Order, openSale, type Session, signUp } from '../client.ts'
import { joinSystem } from '../join-system.ts'
import type { RunningSystem } from '../system.ts'

// A sold-out event, as somebody who waits lives it: the form, the mails, the place that becomes free, and the ticket.

describe.runIf(hasPart('chromium'))('somebody who waits for a sold-out ticket', () => {
  let system: RunningSystem
  let owner: Session
  beforeAll(async () => {
    system = await joinSystem()
    owner = await signUp(system)
  })

  async function join(page: Page, language: Language, eventId: string, email: string): Promise<void> {
    const words = WORDS[language]
    await page.goto(`${system.publicUrl}/${language}/events/${eventId}`)
    await page.getByRole('link', { name: words['event.joinWaitingList'] }).click()
    await page.getByLabel(words['field.email']).fill(email)
    await page.getByRole('button', { name: words['waiting.join.submit'] }).click()
    await page.getByRole('heading', { level: 1, name: words['waiting.joined.title'] }).waitFor()
  }
  const nextMail = (email: string, count: number) =>
    eventually(async () => {
      const mails = await mailsTo(system, email)
      return (mails.length === count && mails.at(-1)) || false
    })
  const give = (order: Order) =>
    must(system, `tickets/v1/orders/${order.id}/cancellation`, {
      method: 'POST',
      headers: { 'order-secret': order.secret },
    })

  const visits: [keyof typeof SCREENS, boolean, Language][] = [
    ['phone', false, 'fr'],
    ['desktop', true, 'en'],
  ]

  it.each(visits)(
    'is written to, gets the place that becomes free, and buys it (%s, JavaScript: %s, %s)',
    async (screen, javaScript, language) => {
      const words = WORDS[language]
      const email = `waits-${language}@example.org`
      const sale = await openSale(system, owner, { capacity: 1, title: `Sold out ${language}` })
      const order = await hold(system, sale, { email: 'has.it@example.org' })
      const visitor = await openBrowser({ screen, javaScript, language })
      try {
        const page = await visitor.context.newPage()
        await join(page, language, sale.eventId, email)
        const joined = await nextMail(email, 1)
        await page.goto(linkIn(joined.text, 'waiting-list'))
        await page.getByRole('heading', { level: 1, name: words['waiting.waiting.title'] }).waitFor()

        await give(order)
        const shop = await call(system, 'tickets/v1/orders', {
          method: 'POST',
          headers: { 'idempotency-key': crypto.randomUUID() },
          body: { eventId: sale.eventId, lines: [{ ticketTypeId: sale.ticketTypeId, quantity: 1 }] },
        })
        expect(shop.status).toBe(409)
        const offered = await nextMail(email, 2)
        await page.goto(linkIn(offered.text, 'orders'))
        await page.getByRole('heading', { level: 1, name: words['checkout.title'] }).waitFor()
        await page
          .getByText(language === 'fr' ? 'Cette place vous est réservée' : 'This place is kept for you')
          .waitFor()
        await page.getByLabel(words['field.name']).fill('Noé Le Gall')
        await page.getByLabel(words['field.email']).fill(email)
        await page.getByRole('button', { name: words['checkout.pay'] }).click()
        await page.locator('button[value="pay"]').click()
        await page.getByRole('heading', { level: 1, name: words['order.title.confirmed'] }).waitFor()
      } finally {
        await visitor.close()
      }
    },
  )

  it('leaves by the link in the mail and a button, and is forgotten', async () => {
    const words = WORDS.en
    const sale = await openSale(system, owner, { capacity: 1, title: 'Sold out, and left' })
    const order = await hold(system, sale, { email: 'has.it.too@example.org' })
    const visitor = await openBrowser({ javaScript: false })
    try {
      const page = await visitor.context.newPage()
      await join(page, 'en', sale.eventId, 'leaves@example.org')
      await page.goto(linkIn((await nextMail('leaves@example.org', 1)).text, 'waiting-list'))
      await page.getByRole('button', { name: words['waiting.leave'] }).click()
      await page.getByRole('heading', { level: 1, name: words['waiting.left.title'] }).waitFor()
      await give(order)
      // Refusals may be a second old.
      const bought = await eventually(() => hold(system, sale, { email: 'next.in.the.shop@example.org' }))
      expect(bought.state).toBe('held')
      expect(await mailsTo(system, 'leaves@example.org')).toHaveLength(1)
      const list = await must(system, `tickets/v1/events/${sale.eventId}/waiting-list`, {
        token: owner.accessTokens.tickets,
      })
      expect(list).toMatchObject({ items: [{ state: 'left', email: null }], counts: [{ waiting: 0 }] })
    } finally {
      await visitor.close()
    }
  })
})
