import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventually, hasPart } from '@guichet/testkit'
import type { Locator, Page, Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Language, openBrowser, type VisitorOptions, violations, WORDS } from '../browser.ts'
import {
  addPromoCode,
  addTicketType,
  call,
  changeTicketType,
  hold,
  openSale,
  type Sale,
  type Session,
  signInAsAdmin,
} from '../client.ts'
import { type System, startSystem } from '../system.ts'

// What a buyer meets besides a plain ticket: codes, prices to name, limits for each person, add-ons, a sale that moves on
// or is too busy; with and without JavaScript, and every look of the page under axe.

let system: System
let admin: Session
let sale: Sale
const types: Record<'student' | 'support' | 'backstage' | 'cup', string> = {
  student: '',
  support: '',
  backstage: '',
  cup: '',
}

/** Stands between web and tickets: says that the sale is busy as often as a test wants, and forwards the rest. */
let busyAnswers = 0
let keysSent: (string | undefined)[] = []
let between: Server

async function startBetween(): Promise<string> {
  between = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const placing = request.method === 'POST' && request.url === '/v1/orders'
    if (placing) keysSent.push(request.headers['idempotency-key'] as string | undefined)
    if (placing && busyAnswers > 0) {
      busyAnswers -= 1
      response.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '1' })
      return response.end(JSON.stringify({ code: 'sale-busy', title: 'Busy', status: 503 }))
    }
    const { host: _, connection: __, 'transfer-encoding': ___, ...headers } = request.headers
    const answer = await fetch(system.url('tickets') + request.url, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      body: chunks.length > 0 ? Buffer.concat(chunks) : null,
    })
    const { 'content-encoding': ____, 'content-length': _____, ...kept } = Object.fromEntries(answer.headers)
    response.writeHead(answer.status, kept).end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(between.address() as AddressInfo).port}`
}

beforeAll(async () => {
  if (!hasPart('chromium')) return
  system = await startSystem({ env: { web: { WEB_TICKETS_URL: await startBetween() } } })
  admin = await signInAsAdmin(system)
  sale = await openSale(system, admin)
  types.student = await addTicketType(system, admin, sale, { name: 'Student', priceMinor: 1_500, maxPerBuyer: 2 })
  types.support = await addTicketType(system, admin, sale, {
    name: 'Supporter',
    pricing: 'chosen',
    priceMinor: 500,
    suggestedPriceMinor: 1_800,
  })
  types.backstage = await addTicketType(system, admin, sale, { name: 'Backstage', priceMinor: 6_000, hidden: true })
  types.cup = await addTicketType(system, admin, sale, {
    name: 'Keepsake cup',
    priceMinor: 300,
    addOnTo: [sale.ticketTypeId],
    maxPerTicket: 2,
  })
  await addPromoCode(system, admin, sale, { code: 'EARLY', discountPercent: 20 })
  await addPromoCode(system, admin, sale, {
    code: 'BAND',
    unlocks: true,
    ticketTypeIds: [types.backstage],
  })
})
afterAll(async () => {
  await system?.stop()
  between?.close()
})

const quantity = (page: Page, id: string) => page.locator(`[name="quantity.${id}"]`)
const row = (page: Page, id: string) => page.locator(`[data-type="${id}"]`)
const orderButton = (page: Page, language: Language) =>
  page.getByRole('button', { name: WORDS[language]['event.buy.submit'], exact: true })

/** Does something on the event's page as a new visitor; whatever it shows at the end must satisfy axe. */
async function visit(
  options: VisitorOptions & { language: Language },
  query: string,
  act: (page: Page) => Promise<void>,
) {
  const { context, close } = await openBrowser(options)
  try {
    const page = await context.newPage()
    await page.goto(`${system.publicUrl}/${options.language}/events/${sale.eventId}${query}`)
    await act(page)
    if (options.javaScript !== false) expect(await violations(page)).toEqual([])
  } finally {
    await close()
  }
}

async function isFree(locator: Locator): Promise<boolean> {
  return (await locator.isVisible()) && (await locator.isEnabled())
}

describe.runIf(hasPart('chromium')).each([true, false])('the shop, JavaScript %s', (javaScript) => {
  it('takes a code from a shared link: says that it is good, shows both prices, and sells at the lower one', async () => {
    await visit({ language: 'fr', javaScript, screen: 'phone', dark: true }, '?code=EARLY', async (page) => {
      await page.getByText(WORDS.fr['event.code.good'].replace('{code}', 'EARLY')).waitFor()
      const standard = row(page, sale.ticketTypeId)
      expect((await standard.locator('s').textContent())?.replace(/\s/g, ' ')).toBe('25,00 €')
      expect((await standard.locator('strong').textContent())?.replace(/\s/g, ' ')).toBe('20,00 €')
      await quantity(page, sale.ticketTypeId).selectOption('2')
      await orderButton(page, 'fr').click()
      await page.waitForURL(/\/checkout\//)
      const text = ((await page.locator('main').textContent()) ?? '').replace(/\s/g, ' ')
      expect(text).toContain('Code EARLY')
      expect(text).toContain('40,00 €')
      expect(text).toContain('10,00 €')
    })
  })

  it('takes a code that was typed, keeps what was chosen with JavaScript, and says when a code is not good', async () => {
    await visit({ language: 'en', javaScript }, '', async (page) => {
      await quantity(page, sale.ticketTypeId).selectOption('3')
      const enter = async (code: string) => {
        const field = page.getByLabel(WORDS.en['event.code.label'])
        if (!(await field.isVisible())) await page.getByText(WORDS.en['event.code.open']).click()
        await field.fill(code)
        await page.getByRole('button', { name: WORDS.en['event.code.submit'] }).click()
        await page.waitForURL(new RegExp(`code=${code}`))
      }
      await enter('WRONG')
      await page.locator('#code-fault').waitFor()
      expect(await row(page, types.backstage).count()).toBe(0)
      await enter('BAND')
      await row(page, types.backstage).waitFor()
      if (javaScript) expect(await quantity(page, sale.ticketTypeId).inputValue()).toBe('3')
    })
  })

  it('lets the buyer name a price, and says at its field what is too little or no amount', async () => {
    await visit({ language: 'fr', javaScript }, '', async (page) => {
      const price = page.locator(`[name="price.${types.support}"]`)
      expect(await price.inputValue()).toBe('18,00')
      await quantity(page, types.support).selectOption('2')
      for (const [typed, sentence] of [
        ['abc', 'indiquez un montant'],
        ['4,99', 'au moins 5,00'],
      ] as const) {
        await price.fill(typed)
        await orderButton(page, 'fr').click()
        await page.locator(`[id="price.${types.support}-fault"]`, { hasText: sentence }).waitFor()
        expect(await quantity(page, types.support).inputValue()).toBe('2')
        expect(await price.inputValue()).toBe(typed)
        if (javaScript) expect(await violations(page)).toEqual([])
      }
      await price.fill('12,50')
      if (javaScript)
        expect(((await page.locator('[data-total]').textContent()) ?? '').replace(/\s/g, ' ')).toBe('25,00 €')
      await orderButton(page, 'fr').click()
      await page.waitForURL(/\/checkout\//)
      expect(((await page.locator('main').textContent()) ?? '').replace(/\s/g, ' ')).toContain('25,00 €')
    })
  })

  it('asks who buys only for tickets that are limited for each person, and holds to the limit', async () => {
    const email = `limited-${javaScript}@example.org`
    const choose = async (page: Page) => {
      await quantity(page, types.student).selectOption('2')
      if (!javaScript) {
        await orderButton(page, 'en').click()
        expect(await quantity(page, types.student).inputValue()).toBe('2')
      }
      await page.getByLabel(WORDS.en['field.name']).fill('Noé Le Gall')
      await page.getByLabel(WORDS.en['field.email']).fill(email)
      await orderButton(page, 'en').click()
    }
    await visit({ language: 'en', javaScript, screen: 'phone' }, '', async (page) => {
      expect(await page.getByLabel(WORDS.en['field.email']).isVisible()).toBe(false)
      await choose(page)
      await page.waitForURL(/\/checkout\//)
      expect(await page.getByLabel(WORDS.en['field.email']).inputValue()).toBe(email)
    })
    await visit({ language: 'en', javaScript, screen: 'phone' }, '', async (page) => {
      await choose(page)
      await page.locator(`[id="quantity.${types.student}-fault"]`, { hasText: '2 at most for each person' }).waitFor()
      expect(await page.getByLabel(WORDS.en['field.email']).inputValue()).toBe(email)
    })
  })

  it('sells an add-on with its ticket, and says so at the add-on when it stands alone', async () => {
    await visit({ language: 'fr', javaScript, dark: true }, '', async (page) => {
      await quantity(page, sale.ticketTypeId).selectOption('0')
      await quantity(page, types.cup).selectOption('2')
      await orderButton(page, 'fr').click()
      await page.locator(`[id="quantity.${types.cup}-fault"]`, { hasText: 'Standard' }).waitFor()
      expect(await quantity(page, types.cup).inputValue()).toBe('2')
      if (javaScript) expect(await violations(page)).toEqual([])
      await quantity(page, sale.ticketTypeId).selectOption('1')
      await orderButton(page, 'fr').click()
      await page.waitForURL(/\/checkout\//)
    })
  })

  it('while the sale is busy says so, and sends the same order again under the same key', async () => {
    // With a script the page sends again by itself, and would be gone before axe has looked at it.
    busyAnswers = javaScript ? Number.POSITIVE_INFINITY : 2
    keysSent = []
    await visit({ language: 'en', javaScript }, '', async (page) => {
      await quantity(page, sale.ticketTypeId).selectOption('1')
      await orderButton(page, 'en').click()
      await page.getByText(WORDS.en['event.busy.title']).waitFor()
      const again = page.getByRole('button', { name: WORDS.en['event.busy.again'] })
      if (javaScript) {
        expect(await violations(page)).toEqual([])
        await eventually(() => keysSent.length >= 2)
        busyAnswers = 0
      } else for (let press = 0; press < 2; press += 1) await again.click()
      await page.waitForURL(/\/checkout\//)
      if (javaScript) expect(keysSent.length).toBeGreaterThanOrEqual(3)
      else expect(keysSent).toHaveLength(3)
      expect(new Set(keysSent).size).toBe(1)
    })
  })
})

describe.runIf(hasPart('chromium'))('an open event page', () => {
  it('says within seconds that a type sold out, paused or came back, and loses nothing that was chosen', async () => {
    const id = await addTicketType(system, admin, sale, { name: 'Last places', capacity: 2 })
    await eventually(async () => {
      const seen = await call<{ items: { id: string }[] }>(system, `tickets/v1/events/${sale.eventId}/ticket-types`)
      return seen.body.items.some((item) => item.id === id)
    })
    await visit({ language: 'en' }, '', async (page) => {
      const gone = row(page, id).locator('[data-when="sold-out"]')
      const announced = (text: string) =>
        eventually(async () => (await page.locator('[data-announce]').textContent())?.includes(text) ?? false)
      await quantity(page, id).selectOption('1')
      const order = await hold(system, { ...sale, ticketTypeId: id }, { email: 'first@example.org', quantity: 2 })
      await gone.waitFor()
      await announced('Last places: sold out')
      expect(await isFree(quantity(page, id))).toBe(false)
      expect(await violations(page)).toEqual([])
      await call(system, `tickets/v1/orders/${order.id}/cancellation`, {
        method: 'POST',
        headers: { 'order-secret': order.secret },
      })
      await quantity(page, id).waitFor()
      await announced('Last places: back on sale')
      expect(await quantity(page, id).inputValue()).toBe('1')
      await changeTicketType(system, admin, sale, id, { paused: true })
      await row(page, id).locator('[data-when="paused"]').waitFor()
      await changeTicketType(system, admin, sale, id, { paused: false })
      await quantity(page, id).waitFor()
      await changeTicketType(system, admin, sale, id, { priceMinor: 3_000 })
      await page.getByText(WORDS.en['event.offerChanged']).waitFor()
      expect(await row(page, id).textContent()).toContain('€25.00')
    })
  })

  it('asks every few seconds with an ETag, rarely while it fails, and nothing in the background', async () => {
    const { context, close } = await openBrowser({ language: 'en' })
    try {
      const page = await context.newPage()
      const opened = Date.now()
      await page.clock.install({ time: opened })
      let statuses: number[] = []
      let underWay = 0
      const isAsked = (request: Request) => request.url().includes('/ticket-types')
      page.on('request', (request) => isAsked(request) && underWay++)
      page.on('requestfinished', (request) => isAsked(request) && underWay--)
      page.on('requestfailed', (request) => isAsked(request) && underWay--)
      page.on('response', (answer) => isAsked(answer.request()) && statuses.push(answer.status()))
      await page.goto(`${system.publicUrl}/en/events/${sale.eventId}`)
      // From here on the page's time passes only when we say so; however slow the answers, they come in no time.
      await page.clock.pauseAt(opened + 3_600_000)
      const whenAsked = async (times: number) => {
        for (let seconds = 0; statuses.length < times; seconds++) {
          expect(seconds).toBeLessThan(300)
          await eventually(() => underWay === 0)
          if (statuses.length < times) await page.clock.runFor(1_000)
        }
      }
      await whenAsked(2)
      await eventually(() => underWay === 0)
      expect(statuses).toEqual([200, ...statuses.slice(1).map(() => 304)])
      const before = statuses.length
      await turn(page, 'hidden')
      await page.clock.runFor(120_000)
      expect(statuses.length).toBe(before)
      await turn(page, 'visible')
      await whenAsked(before + 1)
      await page.route('**/ticket-types', (route) => route.abort())
      statuses = []
      const asked = await timesOfAsking(page)
      for (let tries = 0; (await asked()).length < 2; tries++) {
        expect(tries).toBeLessThan(300)
        await page.clock.runFor(1_000)
      }
      const [first = 0, second = 0] = await asked()
      expect(second - first, 'an ordinary wait is six seconds at most').toBeGreaterThanOrEqual(8_000)
      expect(statuses).toEqual([])
    } finally {
      await close()
    }
  })
})

/** Notes by the page's own clock when it asks what is on sale; the clock of the test may be ahead of the answers. */
async function timesOfAsking(page: Page): Promise<() => Promise<number[]>> {
  await page.evaluate(() => {
    const { fetch } = window
    const times: number[] = []
    Object.assign(window, {
      timesOfAsking: times,
      fetch: (...request: Parameters<typeof fetch>) => {
        if (String(request[0]).includes('/ticket-types')) times.push(performance.now())
        return fetch(...request)
      },
    })
  })
  return () => page.evaluate(() => (window as unknown as { timesOfAsking: number[] }).timesOfAsking)
}

/** As if the page went to the background, or came back from it. */
async function turn(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state === 'hidden')
}
