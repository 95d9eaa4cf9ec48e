import { mkdirSync } from 'node:fs'
import { eventually, hasPart } from '@guichet/testkit'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Language, openBrowser, signIn, violations, WORDS } from '../browser.ts'
import { buy, mailsTo, openSale, type Sale, type Session, signUp } from '../client.ts'
import { joinSystem } from '../join-system.ts'
import type { RunningSystem } from '../system.ts'

// A buyer who mistyped the address gets the tickets all the same; so does one who asks the organizer.

/** Set to a folder, it keeps a picture of each screen, to be looked at. */
const PICTURES = process.env.PICTURES

let system: RunningSystem
let owner: Session
let sale: Sale

beforeAll(async () => {
  if (!hasPart('chromium')) return
  system = await joinSystem()
  owner = await signUp(system)
  sale = await openSale(system, owner)
  if (PICTURES) mkdirSync(PICTURES, { recursive: true })
})

/** Axe is a script itself: it looks at pages that may run them. */
async function look(page: Page, name: string, { scripts = true } = {}): Promise<void> {
  if (scripts) expect(await violations(page)).toEqual([])
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wide).toBe(0)
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true })
}

/** The text of a message up to its first placeholder or its choice. */
const state = (words: Record<string, string>, name: string) =>
  new RegExp(`${name} \\{([^{}]*)`).exec(words['order.mail.state'] ?? '')?.[1]?.trim() ?? name

describe.runIf(hasPart('chromium'))('tickets by mail', () => {
  it.each([
    ['en', 'desktop', true, false],
    ['fr', 'phone', false, true],
  ] as const)(
    'go to the address that a buyer corrects, in %s on a %s, with scripts: %s',
    async (language: Language, screen, javaScript, dark) => {
      const wrong = `mistyped.${language}@exampel.org`
      const right = `right.${language}@example.org`
      const order = await buy(system, sale, { email: wrong, locale: language })
      const words = WORDS[language]
      const visitor = await openBrowser({ language, screen, javaScript, dark })
      try {
        const page = await visitor.context.newPage()
        const key = encodeURIComponent(order.secret)
        const here = `${system.publicUrl}/${language}/orders/${order.id}?key=${key}`
        await eventually(async () => (await mailsTo(system, wrong)).length === 1)
        await eventually(async () => {
          await page.goto(here)
          return (await page.locator('#mail').textContent())?.includes(state(words, 'sent')) === true
        })
        await look(page, `buyer-sent-${language}`, { scripts: javaScript })

        await page.locator('#mail summary').click()
        await look(page, `buyer-open-${language}`, { scripts: javaScript })
        await page.locator('#mail #email').fill('nobody')
        await page.getByRole('button', { name: words['order.mail.correct'] }).click()
        await page.getByText(words['fault.email']).first().waitFor()
        await look(page, `buyer-fault-${language}`, { scripts: javaScript })

        await page.locator('#mail #email').fill(right)
        await page.getByRole('button', { name: words['order.mail.correct'] }).click()
        await page.waitForURL(/mail=corrected/)
        await eventually(async () => (await mailsTo(system, right)).length === 1)
        // It is in the mailbox before it is written down as sent, and one that is being sent is not sent again.
        await eventually(async () => {
          await page.reload()
          return (await page.locator('#mail').textContent())?.includes(state(words, 'sent')) === true
        })
        await look(page, `buyer-corrected-${language}`, { scripts: javaScript })
        // Who got the first mail has its link still, and it opens nothing any more.
        const stranger = await visitor.context.newPage()
        expect((await stranger.goto(here))?.status()).toBe(404)
        await stranger.close()

        await page.locator('#mail summary').click()
        await page.getByRole('button', { name: words['order.mail.sendAgain'] }).click()
        await page.waitForURL(/mail=again/)
        await eventually(async () => (await mailsTo(system, right)).length === 2)
        expect(await mailsTo(system, wrong)).toHaveLength(1)
      } finally {
        await visitor.close()
      }
    },
  )

  it.each([
    ['en', 'desktop', false],
    ['fr', 'phone', true],
  ] as const)(
    'are shown to the organizer with the mail server’s words, and sent once more, in %s on a %s',
    async (language: Language, screen, dark) => {
      const email = `console.${language}@example.org`
      const order = await buy(system, sale, { email, locale: language })
      const words = WORDS[language]
      const visitor = await openBrowser({ language, screen, dark })
      try {
        const page = await visitor.context.newPage()
        await signIn(page, system, owner, language)
        await eventually(async () => (await mailsTo(system, email)).length === 1)
        const resend = page.getByRole('button', { name: words['console.deliveries.resend'] }).first()
        await eventually(async () => {
          await page.goto(`${system.publicUrl}/${language}/console/events/${sale.eventId}/orders/${order.id}`)
          return resend.isVisible()
        })
        await look(page, `console-order-${language}`)
        await resend.click()
        await page.waitForURL(/saved=1/)
        await eventually(async () => (await mailsTo(system, email)).length === 2)

        await page.goto(
          `${system.publicUrl}/${language}/console/organizers/${sale.organizerId}/messages/sent?state=sent`,
        )
        await page.getByRole('heading', { name: words['console.deliveries.title'] }).waitFor()
        await look(page, `console-sent-${language}`)

        await page.getByRole('link', { name: words['console.delivery.open'] }).first().click()
        await page.waitForURL(/messages\/sent\/dlv_/)
        await page.getByRole('heading', { name: words['console.delivery.attempts'] }).waitFor()
        expect(await page.locator('#attempts ~ ol li').count()).toBe(1)
        await look(page, `console-delivery-${language}`)
      } finally {
        await visitor.close()
      }
    },
  )
})
