import { randomUUID } from 'node:crypto'
import { eventually, hasPart } from '@guichet/testkit'
import pg from 'pg'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, type VisitorOptions, violations, WORDS } from '../browser.ts'
import { type System, startSystem } from '../system.ts'

// What a queue gave up on is seen, mended and put back by the platform's administrator, from one page over all services.

let system: System
let bus: pg.Client
beforeAll(async () => {
  if (!hasPart('chromium')) return
  system = await startSystem()
  const url = new URL(system.postgres.superuserUrl)
  url.pathname = new URL(system.databaseUrl('tickets')).pathname.replace('tickets', 'bus')
  bus = new pg.Client({ connectionString: url.href })
  await bus.connect()
})
afterAll(async () => {
  await bus?.end()
  await system?.stop()
})

/** As after six attempts, which take thirteen minutes. */
async function die(queue: string, data: object): Promise<string> {
  const id = randomUUID()
  const message = {
    specversion: '1.0',
    id,
    source: 'events',
    type: 'events.event-deleted.v1',
    subject: 'evt_01kanw8f7re8ksz8zkz3q2x4vf',
    time: '2026-11-01T10:00:00Z',
    datacontenttype: 'application/json',
    data,
  }
  const error = `Error: "${JSON.stringify(data)}" names no event`
  await bus.query(`insert into bus.job (queue, message, attempt, dead_at, error) values ($1, $2, 6, now(), $3)`, [
    queue,
    message,
    error,
  ])
  return id
}
const left = async (id: string) =>
  (await bus.query(`select from bus.job where message ->> 'id' = $1`, [id])).rowCount ?? 0

async function openPage(options: VisitorOptions & { language: 'en' | 'fr' }) {
  const visitor = await openBrowser(options)
  const page = await visitor.context.newPage()
  const words = WORDS[options.language]
  await page.goto(await system.adminLink())
  await page.goto(page.url().replace(/\/(en|fr)\//, `/${options.language}/`))
  await page.getByRole('button', { name: words['adminLink.submit'] }).click()
  await page.waitForURL(/\/console/)
  await page.goto(`${system.publicUrl}/${options.language}/console`)
  await page.getByRole('link', { name: words['console.deadLetters'] }).click()
  await page.getByRole('heading', { level: 1, name: words['console.deadLetters'] }).waitFor()
  return { page, words, close: () => visitor.close() }
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.GUICHET_PICTURES
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
}

describe.runIf(hasPart('chromium'))('dead letters in the console', () => {
  it('are mended and put back on a phone without JavaScript, in French', async () => {
    const fit = { eventId: 'evt_01kanw8f7re8ksz8zkz3q2x4vf', organizerId: 'org_01kanw8f7re8ksz8zkz3q2x4vf', version: 3 }
    const id = await die('tickets', { ...fit, eventId: 'nothing' })
    const { page, words, close } = await openPage({ language: 'fr', screen: 'phone', javaScript: false })
    try {
      await picture(page, 'dead-letters-phone')
      await page.getByRole('link', { name: 'events.event-deleted.v1' }).first().click()
      const text = await page.locator('#message').inputValue()
      await page.locator('#message').fill(text.replace('"version": 3', '"version": "three"'))
      await page.getByRole('button', { name: words['console.deadLetters.mend.do'] }).click()
      await page.getByRole('alert').waitFor()
      await picture(page, 'dead-letter-refused-phone')
      await page.locator('#message').fill(text.replace('"nothing"', `"${fit.eventId}"`))
      await page.getByRole('button', { name: words['console.deadLetters.mend.do'] }).click()
      await page.getByRole('status').waitFor()
      await eventually(async () => (await left(id)) === 0)
    } finally {
      await close()
    }
  })

  it('are put back all together, or thrown away with a reason, and the page is readable in the dark', async () => {
    const [first, second] = [await die('notifications', {}), await die('events', { n: 1 })]
    const { page, words, close } = await openPage({ language: 'en', dark: true })
    try {
      await picture(page, 'dead-letters-dark')
      expect(await violations(page)).toEqual([])
      await page.getByRole('region', { name: 'events' }).getByRole('link', { name: 'events.event-deleted.v1' }).click()
      await picture(page, 'dead-letter-dark')
      expect(await violations(page)).toEqual([])
      await page.getByLabel(words['console.deadLetters.reason']).fill('made by a test')
      await page.getByRole('button', { name: words['console.deadLetters.discard'] }).click()
      await page.getByRole('status').waitFor()
      expect(await left(second)).toBe(0)
      await page.getByRole('region', { name: 'notifications' }).getByRole('button').click()
      await page.getByRole('status').waitFor()
      const { rows } = await bus.query(`select dead_at from bus.job where message ->> 'id' = $1`, [first])
      expect(rows.every(({ dead_at }) => dead_at === null)).toBe(true)
    } finally {
      await close()
    }
  })
})
