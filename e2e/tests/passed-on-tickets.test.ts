import { mkdirSync } from 'node:fs'
import { eventually, hasPart } from '@guichet/testkit'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Language, openBrowser, violations, WORDS } from '../browser.ts'
import { buy, mailsTo, openSale, type Sale, signUp } from '../client.ts'
import { joinSystem } from '../join-system.ts'
import type { RunningSystem } from '../system.ts'

// A buyer passes a ticket on, the new holder opens it, the buyer takes it back; with scripts and without.

/** Set to a folder, it keeps a picture of each screen, to be looked at. */
const PICTURES = process.env.PICTURES

let system: RunningSystem
let sale: Sale

beforeAll(async () => {
  if (!hasPart('chromium')) return
  system = await joinSystem()
  sale = await openSale(system, await signUp(system))
  if (PICTURES) mkdirSync(PICTURES, { recursive: true })
})

/** Axe is a script itself: it looks at pages that may run them. */
async function look(page: Page, name: string, scripts: boolean): Promise<void> {
  if (scripts) expect(await violations(page)).toEqual([])
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wide).toBe(0)
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true })
}

/** The link to a page of ours in the latest mail to an address. */
async function linkIn(email: string, path: RegExp): Promise<string> {
  return eventually(async () => {
    const [mail] = await mailsTo(system, email)
    return new RegExp(`https?://\\S+${path.source}\\S+`).exec(mail?.text ?? '')?.[0] ?? false
  })
}

describe.runIf(hasPart('chromium'))('a ticket that is passed on', () => {
  it.each([
    ['en', 'desktop', true, false],
    ['fr', 'phone', false, true],
  ] as const)(
    'is its holder’s until the buyer takes it back, in %s on a %s, with scripts: %s',
    async (language: Language, screen, javaScript, dark) => {
      const words = WORDS[language]
      const [mine, theirs] = [`gives.${language}@example.org`, `gets.${language}@example.org`]
      const order = await buy(system, sale, { email: mine, locale: language })
      const visitor = await openBrowser({ language, screen, javaScript, dark })
      try {
        const page = await visitor.context.newPage()
        await page.goto(`${system.publicUrl}/${language}/orders/${order.id}?key=${encodeURIComponent(order.secret)}`)
        await look(page, `passable-${language}`, javaScript)
        await page.getByRole('link', { name: words['passOn.start'] }).first().click()
        await page.waitForURL(/pass-on/)
        await page.getByRole('button', { name: words['passOn.submit'] }).click()
        await page.getByText(words['fault.missing.name']).first().waitFor()
        await look(page, `pass-on-fault-${language}`, javaScript)
        await page.locator('#name').fill('Moussa Traoré')
        await page.locator('#email').fill(theirs)
        await page.getByRole('button', { name: words['passOn.submit'] }).click()
        await page.waitForURL(/pass=on/)
        await page.getByText(words['passOn.done.on']).waitFor()
        await look(page, `passed-on-${language}`, javaScript)

        const link = await linkIn(theirs, /\/tickets\/tkt_/)
        const holder = await visitor.context.newPage()
        await holder.goto(link)
        await holder.getByRole('heading', { name: words['heldTicket.title'], level: 1 }).waitFor()
        expect(await holder.locator('.stub svg').count()).toBe(1)
        await look(holder, `held-${language}`, javaScript)
        await eventually(async () => (await mailsTo(system, mine)).some(({ text }) => text.includes('Moussa Traoré')))

        await page.getByRole('link', { name: words['passOn.change'] }).click()
        await page.waitForURL(/pass-on/)
        await look(page, `take-back-${language}`, javaScript)
        await page.getByRole('button', { name: words['passOn.back'] }).click()
        await page.waitForURL(/pass=back/)
        await look(page, `taken-back-${language}`, javaScript)
        expect((await holder.goto(link))?.status()).toBe(404)
        await eventually(async () => (await mailsTo(system, theirs)).length === 2)
      } finally {
        await visitor.close()
      }
    },
  )
})
