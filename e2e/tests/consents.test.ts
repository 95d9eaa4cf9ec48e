import { mkdirSync } from 'node:fs'
import { eventually, hasPart } from '@guichet/testkit'
import type { BrowserContext, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Language, openBrowser, signIn, violations, WORDS } from '../browser.ts'
import { call, hold, mailsTo, must, openSale, type Sale, type Session, signUp } from '../client.ts'
import { joinSystem } from '../join-system.ts'
import type { RunningSystem } from '../system.ts'

// What a buyer agrees to at the checkout, from the unticked box to the proof, and how it is taken back.

/** Set to a folder, it keeps a picture of each screen, to be looked at. */
const PICTURES = process.env.PICTURES
const PREFERENCES = /https?:\S+\/preferences\/[\w-]+/

let system: RunningSystem
let owner: Session
let sale: Sale

beforeAll(async () => {
  if (!hasPart('chromium')) return
  system = await joinSystem()
  owner = await signUp(system)
  sale = await openSale(system, owner, { priceMinor: 0 })
  if (PICTURES) mkdirSync(PICTURES, { recursive: true })
})

async function look(page: Page, name: string): Promise<void> {
  expect(await violations(page)).toEqual([])
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wide).toBe(0)
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true })
}

async function register(
  context: BrowserContext,
  language: Language,
  email: string,
  look?: (page: Page) => Promise<void>,
) {
  const order = await hold(system, sale, { email })
  const page = await context.newPage()
  await page.goto(`${system.publicUrl}/${language}/checkout/${order.id}?key=${order.secret}`)
  expect(await page.locator('input[type="checkbox"]:checked').count()).toBe(0)
  await page.locator('#name').fill('Zoë Lefèvre')
  await page.locator('#email').fill(email)
  await page.locator('[name="consent.organizer-news"]').check()
  await page.locator('[name="consent.sms"]').check()
  await page.locator('#phone').fill('06 12 34 56 78')
  await look?.(page)
  await page.getByRole('button', { name: WORDS[language]['checkout.register'] }).click()
  await page.waitForURL(/\/orders\//)
  return page
}

async function preferencesOf(email: string): Promise<string> {
  const mail = await eventually(async () => (await mailsTo(system, email))[0] ?? false)
  return PREFERENCES.exec(mail.text)?.[0] ?? ''
}

const consentsOf = async (recipient: string) => {
  const query = new URLSearchParams({ organizerId: sale.organizerId, recipient })
  const token = owner.accessTokens.notifications
  const { items } = await must<{ items: { purpose: string; granted: boolean; wording: string | null }[] }>(
    system,
    `notifications/v1/consents?${query}`,
    { token },
  )
  return items
}

describe.runIf(hasPart('chromium'))('what a buyer agrees to', () => {
  it('without a script: is kept with its words, brings an SMS, and ends with one click', async () => {
    const email = 'agrees@example.org'
    const visitor = await openBrowser({ language: 'fr', screen: 'phone', javaScript: false })
    try {
      await register(visitor.context, 'fr', email)
      const link = await preferencesOf(email)
      const [consent] = await consentsOf(email)
      expect(consent).toMatchObject({ purpose: 'marketing', granted: true })
      expect(consent?.wording).toContain('peut m’envoyer ses actualités')
      await eventually(() => system.journal('sms').some((entry) => entry.to === '+33612345678'))

      // As a mail program does it: no cookie, no page, no headers of a browser.
      const oneClick = await fetch(link.replace(/\/fr\/preferences\//, '/api/notifications/v1/unsubscribe/'), {
        method: 'POST',
        body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
      })
      expect(oneClick.status).toBe(204)
      expect((await consentsOf(email))[0]).toMatchObject({ purpose: 'marketing', granted: false })

      const page = await visitor.context.newPage()
      await page.goto(link.replace(/\/fr\/preferences\//, '/api/notifications/v1/unsubscribe/'))
      expect(page.url()).toBe(link)
      expect(await page.locator('[name="organizer.marketing"]').isChecked()).toBe(false)
      await page.getByRole('button', { name: WORDS.fr['preferences.none'] }).click()
      await page.getByText(WORDS.fr['preferences.saved']).waitFor()
      expect(await page.locator('input[type="checkbox"]:checked').count()).toBe(0)
    } finally {
      await visitor.close()
    }
  })

  it('is shown to members, who take the proof along in two clicks', async () => {
    const visitor = await openBrowser({ language: 'en' })
    try {
      await register(visitor.context, 'en', 'proof@example.org', (page) => look(page, 'consents-checkout-en'))
      const page = await visitor.context.newPage()
      await page.goto(await preferencesOf('proof@example.org'))
      await look(page, 'preferences-en')
      await signIn(page, system, owner, 'en')
      await page.goto(`${system.publicUrl}/en/console/organizers/${sale.organizerId}/messages/consents`)
      await page.getByText('proof@example.org').first().waitFor()
      await look(page, 'consents-en')
      const download = page.waitForEvent('download')
      await page.getByRole('link', { name: WORDS.en['console.consents.export'] }).click()
      expect((await download).suggestedFilename()).toBe('consents.csv')
    } finally {
      await visitor.close()
    }
    const other = await call(system, `notifications/v1/consents?organizerId=${sale.organizerId}`)
    expect(other.status).toBe(401)
  })
})
