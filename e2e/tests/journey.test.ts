import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually, hasPart } from '@guichet/testkit'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectRoot } from '../../cli/src/paths.ts'
import { type Language, openBrowser, type SCREENS, WORDS } from '../browser.ts'
import { mailsTo } from '../client.ts'
import { joinSystem } from '../join-system.ts'
import type { RunningSystem } from '../system.ts'

// The main job as a stranger does it: an imported conference, found, held, paid, shown, and its mail read in the inbox.

const run = promisify(execFile)
const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)
const CONFERENCES = [
  {
    name: 'Harbour Systems Conf',
    url: 'https://harbour.example',
    startDate: day(40),
    endDate: day(41),
    city: 'Brest',
    country: 'France',
    online: false,
    locales: 'EN',
    topics: ['general'],
  },
  {
    name: 'Remote Types',
    url: 'https://types.example',
    startDate: day(60),
    endDate: day(60),
    online: true,
    locales: 'EN',
    topics: ['typescript'],
  },
  { name: 'Broken dates', url: 'https://broken.example', startDate: 'soon', endDate: day(60) },
]

describe.runIf(hasPart('chromium'))('a stranger buys a ticket', () => {
  let system: RunningSystem
  let folder: string

  async function runImport(...options: string[]): Promise<{ report: Record<string, unknown>; code: number }> {
    const file = join(folder, 'conferences.json')
    writeFileSync(file, JSON.stringify(CONFERENCES))
    const main = join(projectRoot, 'cli/src/main.ts')
    const args = [
      main,
      'import',
      file,
      '--url',
      system.publicUrl,
      '--token',
      await system.adminLink(),
      '--json',
      ...options,
    ]
    try {
      const { stdout } = await run(process.execPath, args)
      return { report: JSON.parse(stdout), code: 0 }
    } catch (error) {
      const { stdout, code } = error as { stdout: string; code: number }
      return { report: JSON.parse(stdout), code }
    }
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'guichet-journey-'))
    system = await joinSystem()
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true })
  })

  it('after an import that refuses the bad record alone, and changes nothing the second time', async () => {
    const types = ['--ticket-type', 'Standard:49.00 EUR:200', '--ticket-type', 'Student:0:50']
    const first = await runImport(...types)
    expect(first).toMatchObject({
      code: 1,
      report: { created: 2, updated: 0, unchanged: 0, refused: [{ label: 'Broken dates' }] },
    })
    const second = await runImport(...types)
    expect(second).toMatchObject({ code: 1, report: { created: 0, updated: 0, unchanged: 2, ticketTypesCreated: 0 } })
  })

  async function findConference(page: Page, language: Language): Promise<void> {
    const words = WORDS[language]
    await page.goto(`${system.publicUrl}/${language}`)
    await page.getByLabel(words['shop.search.text']).fill('harbour')
    await page.getByRole('button', { name: words['shop.search.submit'], exact: true }).click()
    await page
      .getByRole('link', { name: /Harbour Systems Conf/ })
      .first()
      .click()
    await page.getByRole('heading', { level: 1, name: 'Harbour Systems Conf' }).waitFor()
  }

  async function holdTickets(page: Page, language: Language, type: string, quantity: number): Promise<void> {
    const words = WORDS[language]
    const label = words['event.quantity'].replace('{name}', type)
    const field = page.getByLabel(label)
    if ((await field.evaluate((element) => element.tagName)) === 'SELECT') await field.selectOption(String(quantity))
    else await field.fill(String(quantity))
    await page.getByRole('button', { name: words['event.buy.submit'], exact: true }).click()
    await page.getByRole('heading', { level: 1, name: words['checkout.title'] }).waitFor()
  }

  async function giveDetails(page: Page, language: Language, email: string): Promise<void> {
    const words = WORDS[language]
    await page.getByLabel(words['field.name']).fill('Noé Le Gall')
    await page.getByLabel(words['field.email']).fill(email)
  }

  /** The mail of the order in the inbox, opened as a person would. */
  async function openMail(page: Page, email: string): Promise<void> {
    await eventually(async () => (await mailsTo(system, email)).length === 1)
    const [mail] = await mailsTo(system, email)
    await page.goto(`${system.publicUrl}/inbox`)
    await page
      .getByRole('link', { name: mail?.subject ?? 'no mail' })
      .first()
      .click()
    await page
      .getByRole('heading', { level: 1 })
      .filter({ hasText: mail?.subject ?? '' })
      .waitFor()
  }

  const visits: [keyof typeof SCREENS, boolean, Language][] = [
    ['phone', true, 'fr'],
    ['phone', false, 'en'],
    ['desktop', true, 'en'],
    ['desktop', false, 'fr'],
  ]

  it.each(visits)(
    'on a %s, JavaScript %s, in %s: pays, sees the tickets, reads the mail',
    async (screen, javaScript, language) => {
      const words = WORDS[language]
      const email = `${screen}-${javaScript}-${language}@example.org`
      const { context, close } = await openBrowser({ screen, javaScript, language })
      try {
        const page = await context.newPage()
        const failures: string[] = []
        page.on('pageerror', (error) => failures.push(String(error)))
        page.on('console', (message) => message.type() === 'error' && failures.push(message.text()))
        await findConference(page, language)
        await holdTickets(page, language, 'Standard', 2)
        await giveDetails(page, language, email)
        await page.getByRole('button', { name: words['checkout.pay'] }).click()
        await page.waitForURL(/\/sandbox\/payments\//)
        await page.locator('button[name=act][value=pay]').click()
        await page.getByRole('heading', { level: 1, name: words['order.title.confirmed'] }).waitFor()
        expect(await page.locator('html').getAttribute('lang')).toBe(language)
        // Two tickets, each with a QR code drawn on the server.
        const codes = page.getByRole('img', { name: new RegExp(words['ticket.qr'].replace('{position}', '[12]')) })
        expect(await codes.count()).toBe(2)
        const tickets = page.url()

        await openMail(page, email)
        const [mail] = await mailsTo(system, email)
        expect(mail?.text).toContain('Harbour Systems Conf')
        expect(mail?.text).toContain('98')
        // The link in the mail opens the same order on another device.
        const link = /https?:\/\/\S+\/orders\/\S+/.exec(mail?.text ?? '')?.[0] ?? ''
        expect(new URL(link).pathname).toBe(new URL(tickets).pathname)
        await page.context().clearCookies()
        await page.goto(link)
        await page.getByRole('heading', { level: 1, name: words['order.title.confirmed'] }).waitFor()
        expect(failures).toEqual([])
      } finally {
        await close()
      }
    },
  )

  it('without JavaScript: a free order confirms at once', async () => {
    const { context, close } = await openBrowser({ javaScript: false, language: 'fr', screen: 'phone' })
    try {
      const page = await context.newPage()
      await findConference(page, 'fr')
      await holdTickets(page, 'fr', 'Student', 1)
      await giveDetails(page, 'fr', 'free@example.org')
      await page.getByRole('button', { name: WORDS.fr['checkout.register'] }).click()
      await page.getByRole('heading', { level: 1, name: WORDS.fr['order.title.confirmed'] }).waitFor()
      await openMail(page, 'free@example.org')
    } finally {
      await close()
    }
  })

  it('a refused payment keeps the places and what was typed, and paying again takes two acts', async () => {
    const { context, close } = await openBrowser({ language: 'en' })
    try {
      const page = await context.newPage()
      const words = WORDS.en
      await findConference(page, 'en')
      await holdTickets(page, 'en', 'Standard', 1)
      await giveDetails(page, 'en', 'declined@example.org')
      await page.getByRole('button', { name: words['checkout.pay'] }).click()
      await page.locator('button[name=act][value=decline]').click()
      await page.getByRole('heading', { level: 1, name: words['order.title.declined'] }).waitFor()
      await page.getByRole('button', { name: words['order.retry'] }).click()
      await page.locator('button[name=act][value=pay]').click()
      await page.getByRole('heading', { level: 1, name: words['order.title.confirmed'] }).waitFor()
    } finally {
      await close()
    }
  })

  it('corrects a mistyped address and orders with one press of the button', async () => {
    const { context, close } = await openBrowser({ language: 'en' })
    try {
      const page = await context.newPage()
      const words = WORDS.en
      await findConference(page, 'en')
      await holdTickets(page, 'en', 'Standard', 1)
      await giveDetails(page, 'en', 'typo@gmial.com')
      await page.getByText(words['checkout.didYouMean'].replace('{email}', 'typo@gmail.com')).waitFor()
      await page.getByLabel(words['field.email']).fill('typo@gmail.com')
      // The suggestion goes while typing, not on leaving the field, so the button stays where it is pressed.
      await page.getByRole('button', { name: words['checkout.pay'] }).click()
      await page.waitForURL(/\/sandbox\/payments\//)
    } finally {
      await close()
    }
  })

  it('a bad form says what to do in the visitor’s language and keeps what was typed', async () => {
    for (const javaScript of [true, false]) {
      const { context, close } = await openBrowser({ javaScript, language: 'fr', screen: 'phone' })
      try {
        const page = await context.newPage()
        await findConference(page, 'fr')
        await holdTickets(page, 'fr', 'Standard', 1)
        await giveDetails(page, 'fr', 'pas-une-adresse')
        await page.getByRole('button', { name: WORDS.fr['checkout.pay'] }).click()
        await page.getByRole('alert').first().waitFor()
        expect(await page.getByLabel(WORDS.fr['field.name']).inputValue()).toBe('Noé Le Gall')
        expect(await page.getByLabel(WORDS.fr['field.email']).inputValue()).toBe('pas-une-adresse')
        expect(await page.getByLabel(WORDS.fr['field.email']).getAttribute('aria-invalid')).toBe('true')
      } finally {
        await close()
      }
    }
  })
})
