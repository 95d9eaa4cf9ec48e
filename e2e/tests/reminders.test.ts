import { mkdirSync } from 'node:fs'
import { eventually, hasPart } from '@guichet/testkit'
import type { BrowserContext, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Language, openBrowser, signIn, violations, WORDS } from '../browser.ts'
import { buy, mailsTo, must, openSale, type Sale, type Session, signUp } from '../client.ts'
import { joinSystem } from '../join-system.ts'
import type { RunningSystem } from '../system.ts'

// An organizer sets reminders in the console, without a script, and people with tickets get them.

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

async function openConsole(context: BrowserContext, language: Language): Promise<Page> {
  const page = await context.newPage()
  await signIn(page, system, owner, language)
  return page
}

async function look(page: Page, name: string): Promise<void> {
  expect(await violations(page)).toEqual([])
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wide).toBe(0)
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true })
}

describe.runIf(hasPart('chromium'))('reminders in the console', () => {
  it.each([
    ['en', 'desktop', false],
    ['fr', 'phone', true],
  ] as const)('are set, shown and removed in %s on a %s', async (language, screen, dark) => {
    const visitor = await openBrowser({ language, screen, dark })
    const words = WORDS[language]
    const press = (page: Page, name: string) => page.getByRole('button', { name }).first().click()
    try {
      const page = await openConsole(visitor.context, language)
      await page.goto(`${system.publicUrl}/${language}/console/events/${sale.eventId}/reminders`)
      await page.getByText(words['console.reminder.none']).waitFor()
      await look(page, `reminders-none-${language}`)

      await page.locator('#days').fill('400')
      await page.locator('#at').fill('18:30')
      await press(page, words['console.reminder.create'])
      await page.locator('#days-fault').waitFor()
      await look(page, `reminders-fault-${language}`)

      await page.locator('#days').fill('2')
      await page.locator('#note-fr').fill('Les portes ouvrent à 19 h.')
      await page.locator('#note-en').fill('The doors open at 19:00.')
      await press(page, words['console.reminder.preview'])
      await page.getByRole('status').waitFor()
      expect(await page.locator('#days').inputValue()).toBe('2')
      await look(page, `reminders-preview-${language}`)

      await press(page, words['console.reminder.create'])
      await page.getByText(words['console.reminder.made']).waitFor()
      await page.locator('[name="how"][value="hours"]').check()
      await page.locator('#amount').fill('3')
      await press(page, words['console.reminder.create'])
      await page.locator('li.panel').nth(1).waitFor()
      await look(page, `reminders-${language}`)

      await page.locator('[name="how"][value="hours"]').check()
      await page.locator('#amount').fill('3')
      await press(page, words['console.reminder.create'])
      await page.getByRole('alert').first().waitFor()

      await page.goto(`${system.publicUrl}/${language}/console/events/${sale.eventId}/reminders`)
      await page.locator('li.panel').getByRole('link', { name: words['console.reminder.edit'] }).first().click()
      await page.waitForURL(/reminders\/rem_/)
      expect(await page.locator('#note-fr').inputValue()).toBe('Les portes ouvrent à 19 h.')
      await page.locator('#days').fill('400')
      await press(page, words['console.reminder.save'])
      await page.locator('#days-fault').waitFor()
      await page.locator('#days').fill('3')
      await look(page, `reminder-edit-${language}`)
      await press(page, words['console.reminder.save'])
      await page.getByText(words['console.reminder.changed']).waitFor()
      await look(page, `reminder-changed-${language}`)

      for (const left of [1, 0]) {
        await page.goto(`${system.publicUrl}/${language}/console/events/${sale.eventId}/reminders`)
        await press(page, words['console.reminder.remove'])
        await page.getByText(words['console.reminder.removed']).waitFor()
        expect(await page.locator('li.panel').count()).toBe(left)
      }
    } finally {
      await visitor.close()
    }
  })

  it('work without a script, follow the event to its new date, and reach who has a ticket', async () => {
    await buy(system, sale, { email: 'coming@example.org' })
    const visitor = await openBrowser({ language: 'fr', javaScript: false })
    try {
      const page = await openConsole(visitor.context, 'fr')
      await page.goto(`${system.publicUrl}/fr/console/events/${sale.eventId}/reminders`)
      await page.locator('[name="how"][value="hours"]').check()
      await page.locator('#amount').fill('10')
      await page.locator('#unit').selectOption('minutes')
      await page.getByRole('button', { name: WORDS.fr['console.reminder.create'] }).click()
      await page.getByText(WORDS.fr['console.reminder.made']).waitFor()
    } finally {
      await visitor.close()
    }
    const current = await fetch(`${system.publicUrl}/api/events/v1/events/${sale.eventId}`)
    // Due in half a minute: the new date must be known before, or the reminder is missed.
    const starts = Date.now() + 630_000
    const body = { startsAt: new Date(starts).toISOString(), endsAt: new Date(starts + 3_600_000).toISOString() }
    await must(system, `events/v1/events/${sale.eventId}`, {
      method: 'PATCH',
      token: owner.accessTokens.events,
      headers: { 'if-match': current.headers.get('etag') ?? '' },
      body,
    })
    const isReminder = ({ text }: { text: string }) => /See you t|À tout à l’heure|À demain/.test(text)
    const mail = await eventually(async () => (await mailsTo(system, 'coming@example.org')).find(isReminder) ?? false)
    expect(mail.text).toContain('Concert under test')
  })
})
