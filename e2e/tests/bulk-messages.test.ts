import { eventually, hasPart } from '@guichet/testkit'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Language, openBrowser, signIn, violations, WORDS } from '../browser.ts'
import { buy, mailsTo, must, openSale, type Sale, type Session, signUp } from '../client.ts'
import { joinSystem } from '../join-system.ts'
import type { RunningSystem } from '../system.ts'

// What an organizer writes to the buyers of an event reaches each of them, and of those with their tickets, once, after it was counted, seen and tried.

const FRENCH = 'lecteur@example.org'
const ENGLISH = 'reader@example.org'
const HOLDER = 'friend.of.a.reader@example.org'

let system: RunningSystem
let owner: Session
let sale: Sale
beforeAll(async () => {
  if (!hasPart('chromium')) return
  system = await joinSystem()
  owner = await signUp(system)
  sale = await openSale(system, owner, { priceMinor: 0, title: 'Concert of many' })
  await buy(system, sale, { email: FRENCH, locale: 'fr' })
  const { id, secret, tickets } = await buy(system, sale, { email: FRENCH, locale: 'fr' })
  await must(system, `tickets/v1/orders/${id}/tickets/${tickets[0]?.id}/holder`, {
    method: 'PUT',
    headers: { 'order-secret': secret },
    body: { name: 'Moussa Traoré', email: HOLDER },
  })
  await buy(system, sale, { email: ENGLISH, locale: 'en' })
  await eventually(async () => (await mailsTo(system, ENGLISH)).length === 1)
  await eventually(async () => (await mailsTo(system, FRENCH)).length === 3)
})

async function openConsole(options: Parameters<typeof openBrowser>[0] & { language: Language }) {
  const visitor = await openBrowser(options)
  const page = await visitor.context.newPage()
  const words = WORDS[options.language]
  await signIn(page, system, owner, options.language)
  const base = `${system.publicUrl}/${options.language}/console/organizers/${sale.organizerId}/messages/bulk`
  return { page, base, word: (id: keyof typeof WORDS.en) => words[id], close: () => visitor.close() }
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.GUICHET_PICTURES
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
}

describe.runIf(hasPart('chromium'))('a message to many', () => {
  it('is written, counted, seen, tried and sent without JavaScript, once to each reader, in their language', async () => {
    const { page, base, word, close } = await openConsole({ language: 'fr', screen: 'phone', javaScript: false })
    try {
      await page.goto(base)
      await page.getByRole('button', { name: word('console.bulk.new') }).click()
      await picture(page, 'bulk-new-phone')
      await page.locator('[id="body.en"]').fill('{{ greeting }}\n\nDoors open at **six**.')
      await page.getByRole('button', { name: word('console.bulk.save') }).click()
      // Half a language is refused at its field, with everything that was typed.
      await page.getByRole('alert').waitFor()
      expect(await page.locator('[id="body.en"]').inputValue()).toContain('**six**')
      await page.locator('[id="subject.en"]').fill('Doors open early')
      await page.locator('[id="subject.fr"]').fill('Les portes ouvrent tôt')
      await page
        .locator('[id="body.fr"]')
        .fill('{{ greeting }}\n\nLes portes ouvrent à **18 h**.\n\n{% event %}\n\n{% button %}')
      await page.getByRole('button', { name: word('console.bulk.save') }).click()
      await page.getByText('3 personnes', { exact: true }).waitFor()
      await page.getByText('2 en français, 1 en anglais').waitFor()
      const frame = page.frameLocator('iframe').nth(1).frameLocator('iframe')
      await frame.getByText('18 h', { exact: true }).waitFor()
      await picture(page, 'bulk-draft-phone')

      await page
        .getByRole('button', { name: word('console.templates.test') })
        .first()
        .click()
      await page.getByRole('status').waitFor()
      await eventually(async () =>
        (await mailsTo(system, owner.user.email)).some((mail) => mail.subject === '[Test] Doors open early'),
      )

      await page.getByRole('button', { name: word('console.bulk.send'), exact: true }).click()
      await page.getByRole('link', { name: word('console.bulk.sureMissing') }).waitFor()
      await page.getByLabel('Oui, écrire à 3 personnes').check()
      await page.getByRole('button', { name: word('console.bulk.send'), exact: true }).click()
      await page.waitForURL(/done=sending/)
      await eventually(async () => {
        await page.reload()
        return page.locator('h1').getByText(word('console.bulk.state.sent'), { exact: true }).isVisible()
      })
      await picture(page, 'bulk-sent-phone')
    } finally {
      await close()
    }
    const [french, english] = [await mailsTo(system, FRENCH), await mailsTo(system, ENGLISH)]
    expect(french.filter((mail) => mail.subject === 'Les portes ouvrent tôt')).toHaveLength(1)
    const theirs = (await mailsTo(system, HOLDER)).filter((mail) => mail.subject === 'Les portes ouvrent tôt')
    expect(theirs.map(({ text }) => /\/tickets\/tkt_\w+\?key=/.test(text) && !text.includes('/orders/'))).toEqual([
      true,
    ])
    expect(english.filter((mail) => mail.subject === 'Doors open early')).toHaveLength(1)
  })

  it('waits for its hour, can be taken off the schedule and be cancelled, and is accessible', async () => {
    for (const [language, screen, dark] of [
      ['en', 'desktop', false],
      ['fr', 'phone', true],
    ] as const) {
      const { page, base, word, close } = await openConsole({ language, screen, dark })
      try {
        await page.goto(`${base}/new?event=${sale.eventId}`)
        expect(await violations(page)).toEqual([])
        await page.getByRole('tab', { name: word('language.fr') }).click()
        await page.locator('[id="subject.fr"]').fill('Bientôt')
        await page.locator('[id="body.fr"]').fill('{{ greeting }}\n\nÀ bientôt.')
        await page.getByRole('button', { name: word('console.bulk.save') }).click()
        await page.getByRole('heading', { name: word('console.bulk.recipients') }).waitFor()
        expect(await violations(page)).toEqual([])
        await picture(page, `bulk-draft-${language}-${screen}`)

        await page.getByLabel(word('console.bulk.later'), { exact: true }).check()
        await page.locator('#sure').check()
        await page.getByRole('button', { name: word('console.bulk.send'), exact: true }).click()
        await page.getByText(word('console.bulk.state.scheduled'), { exact: true }).first().waitFor()
        expect(await violations(page)).toEqual([])
        await page.getByRole('button', { name: word('console.bulk.unschedule') }).click()
        await page.getByText(word('console.bulk.done.unscheduled')).waitFor()
        await page.getByRole('button', { name: word('console.bulk.discard') }).click()
        await page.getByText(word('console.bulk.state.cancelled'), { exact: true }).first().waitFor()
        await page.goto(base)
        expect(await violations(page)).toEqual([])
        await picture(page, `bulk-list-${language}-${screen}`)
      } finally {
        await close()
      }
    }
    expect((await mailsTo(system, FRENCH)).some((mail) => mail.subject === 'Bientôt')).toBe(false)
  })
})
