import { eventually, hasPart } from '@guichet/testkit'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Language, openBrowser, signIn, violations, WORDS } from '../browser.ts'
import { addTicketType, call, hold, must, openSale, refresh, type Sale, type Session, signUp } from '../client.ts'
import { joinSystem } from '../join-system.ts'
import type { RunningSystem } from '../system.ts'

// What an organizer sets in the console is what the shop sells: options of ticket types, limits over several, codes.

let system: RunningSystem
let owner: Session
let sale: Sale
beforeAll(async () => {
  if (!hasPart('chromium')) return
  system = await joinSystem()
  owner = await signUp(system)
  sale = await openSale(system, owner, { capacity: 40 })
})

interface Console {
  page: Page
  /** The words of the console in its language. */
  word(id: keyof typeof WORDS.en): string
  visit(path: string): Promise<void>
  close(): Promise<void>
}

async function openConsole(options: Parameters<typeof openBrowser>[0] & { language: Language }): Promise<Console> {
  const visitor = await openBrowser(options)
  const page = await visitor.context.newPage()
  const words = WORDS[options.language]
  await signIn(page, system, owner, options.language)
  return {
    page,
    word: (id) => words[id],
    visit: async (path) => {
      await page.goto(`${system.publicUrl}/${options.language}/console/events/${sale.eventId}${path}`)
    },
    close: () => visitor.close(),
  }
}

const typesOf = async (): Promise<Record<string, unknown>[]> =>
  (
    await must<{ items: Record<string, unknown>[] }>(system, `tickets/v1/events/${sale.eventId}/ticket-types`, {
      token: owner.accessTokens.tickets,
    })
  ).items

/** A picture of the page for somebody to look at, when a folder for it is named. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.GUICHET_PICTURES
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
}

describe.runIf(hasPart('chromium'))('the console', () => {
  it('puts a hidden ticket with the buyer’s price on sale, opened by a code, without JavaScript', async () => {
    const { page, word, visit, close } = await openConsole({ language: 'fr', screen: 'phone', javaScript: false })
    try {
      await visit('/ticket-types')
      const form = page.getByRole('region', { name: word('console.type.new') })
      await form.getByLabel(word('console.type.nameFr')).fill('Soutien')
      await form.getByLabel(word('console.type.price'), { exact: true }).fill('5')
      await form.getByLabel(word('console.type.capacity')).fill('20')
      await form.getByText(word('console.type.more')).click()
      await form.getByLabel(word('console.type.hidden')).check()
      await form.getByLabel(word('console.type.pricing.chosen')).check()
      await form.getByLabel(word('console.type.suggestedPrice')).fill('4')
      await form.getByLabel(word('console.type.maxPerBuyer')).fill('2')
      await form.getByRole('button', { name: word('console.type.create') }).click()
      // Refused at its field, with everything that was typed.
      await page.getByRole('link', { name: word('console.type.suggestionBelowPrice') }).waitFor()
      await picture(page, 'type-refused-phone')
      expect(await form.getByLabel(word('console.type.hidden')).isChecked()).toBe(true)
      await form.getByLabel(word('console.type.suggestedPrice')).fill('12,50')
      await form.getByRole('button', { name: word('console.type.create') }).click()
      await page.getByText(word('form.saved')).waitFor()
      const made = (await typesOf()).find((type) => (type.name as { fr?: string }).fr === 'Soutien')
      expect(made).toMatchObject({ hidden: true, pricing: 'chosen', suggestedPriceMinor: 1_250, maxPerBuyer: 2 })

      await visit('/codes')
      const code = page.getByRole('region', { name: word('console.code.new') })
      await code.getByLabel(word('console.code.code'), { exact: false }).first().fill('AMIS')
      await code.getByLabel(word('console.code.discount.none')).check()
      await code.getByRole('button', { name: word('console.code.create') }).click()
      await page.getByRole('link', { name: word('console.code.nothing') }).waitFor()
      await code.getByLabel('Soutien').check()
      await code.getByLabel(word('console.code.unlocks')).check()
      await code.getByLabel(word('console.code.usesMax')).fill('7')
      await code.getByRole('button', { name: word('console.code.create') }).click()
      await page.getByRole('heading', { name: /AMIS/ }).waitFor()
      const link = await page.getByLabel(word('console.code.link')).inputValue()
      expect(link).toBe(`${system.publicUrl}/fr/events/${sale.eventId}?code=AMIS`)

      await page.goto(link.replace('?code=AMIS', ''))
      expect(await page.getByText('Soutien').count()).toBe(0)
      await page.goto(link)
      await page.getByText('Soutien').first().waitFor()
    } finally {
      await close()
    }
  })

  it('limits the whole event, says what is taken, and names the numbers when that is too little', async () => {
    await hold(system, sale, { email: 'first@example.org', quantity: 3 })
    const { page, word, visit, close } = await openConsole({ language: 'en' })
    try {
      await visit('/capacity')
      const section = page.getByRole('region', { name: word('console.capacity.event') })
      await section.getByLabel(word('console.capacity.places')).fill('2')
      await section.getByRole('button', { name: word('console.capacity.setEvent') }).click()
      await page
        .getByRole('alert')
        .filter({ hasText: /0 are sold and 3 are held/ })
        .waitFor()
      await section.getByLabel(word('console.capacity.places')).fill('4')
      await section.getByRole('button', { name: word('console.capacity.setEvent') }).click()
      await page.getByText(word('form.saved')).waitFor()
      const refused = await call(system, 'tickets/v1/orders', {
        method: 'POST',
        headers: { 'idempotency-key': 'over-the-capacity-of-the-event' },
        body: { eventId: sale.eventId, lines: [{ ticketTypeId: sale.ticketTypeId, quantity: 2 }] },
      })
      expect(refused.body).toMatchObject({ code: 'sold-out', remaining: 1 })
      // The figures follow the sale by themselves.
      await hold(system, sale, { email: 'second@example.org' })
      await eventually(async () => (await section.locator('dd').nth(1).textContent()) === '4')
      await picture(page, 'capacity-desktop')

      await section.getByText(word('console.type.edit')).click()
      await section.getByRole('button', { name: word('console.capacity.remove') }).click()
      await page.getByText(word('form.saved')).waitFor()
      await section.getByText(word('console.capacity.eventHint')).waitFor()
    } finally {
      await close()
    }
  })

  it('pauses and resumes a sale, and switches a code off, with one button each', async () => {
    const { page, word, visit, close } = await openConsole({ language: 'en' })
    const first = async () => (await typesOf())[0]
    try {
      await visit('/ticket-types')
      await page
        .getByRole('button', { name: word('console.type.pause') })
        .first()
        .click()
      await page
        .getByRole('button', { name: word('console.type.resume') })
        .first()
        .waitFor()
      expect(await first()).toMatchObject({ paused: true, availability: 'paused' })
      await page
        .getByRole('button', { name: word('console.type.resume') })
        .first()
        .click()
      await page.getByText(word('form.saved')).waitFor()
      expect(await first()).toMatchObject({ paused: false })

      await visit('/codes')
      await page.getByRole('button', { name: word('console.code.switchOff') }).click()
      await page.getByRole('button', { name: word('console.code.switchOn') }).waitFor()
      await page.getByText(word('console.code.state.off'), { exact: true }).waitFor()
    } finally {
      await close()
    }
  })

  it('is accessible with all of it in use, in both languages, on a phone and a desktop', async () => {
    await refresh(system, owner)
    const addOn = { name: 'Parking', addOnTo: [sale.ticketTypeId], maxPerTicket: 1, priceMinor: 800 }
    await addTicketType(system, owner, sale, addOn)
    await addTicketType(system, owner, sale, { name: 'Balcony', maxPerBuyer: 4, capacity: 0 })
    const tickets = `tickets/v1/events/${sale.eventId}`
    const token = owner.accessTokens.tickets
    const ticketTypeIds = (await typesOf()).slice(0, 2).map((type) => type.id)
    const pool = { kind: 'shared', name: { en: 'West stand', fr: 'Tribune ouest' }, capacity: 30, ticketTypeIds }
    await must(system, `${tickets}/allotments`, { method: 'POST', token, body: pool })
    await must(system, `${tickets}/allotments`, { method: 'POST', token, body: { kind: 'event', capacity: 60 } })
    const codes = [
      { code: 'EARLY-BIRD', discountPercent: 20, usesMax: 50, endsAt: '2031-03-01T12:00:00Z' },
      { discountMinor: 1_000, ticketTypeIds: [sale.ticketTypeId] },
    ]
    for (const body of codes) await must(system, `${tickets}/promo-codes`, { method: 'POST', token, body })
    const body = { promoCode: 'early-bird', eventId: sale.eventId }
    await must(system, 'tickets/v1/orders', {
      method: 'POST',
      headers: { 'idempotency-key': 'with-the-code-early-bird' },
      body: { ...body, lines: [{ ticketTypeId: sale.ticketTypeId, quantity: 5 }] },
    })
    for (const [language, screen, dark] of [
      ['en', 'desktop', false],
      ['fr', 'phone', true],
    ] as const) {
      const { page, visit, close } = await openConsole({ language, screen, dark })
      const faults: string[] = []
      try {
        for (const path of ['/ticket-types', '/capacity', '/codes', '']) {
          await visit(path)
          const name = `${path.slice(1) || 'overview'}-${screen}${dark ? '-dark' : ''}`
          await picture(page, name)
          await page.evaluate(() => {
            for (const details of document.querySelectorAll('details')) details.open = true
          })
          await picture(page, `${name}-open`)
          for (const violation of await violations(page)) faults.push(`${path}: ${violation}`)
          const wide = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          )
          if (wide > 0) faults.push(`${path} (${screen}): scrolls sideways by ${wide} px`)
        }
      } finally {
        await close()
      }
      expect(faults).toEqual([])
    }
  })
})
