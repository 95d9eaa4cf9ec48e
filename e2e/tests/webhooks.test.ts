import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventually, hasPart } from '@guichet/testkit'
import type { Page } from 'playwright-core'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Language, openBrowser, SCREENS, signIn, violations, WORDS } from '../browser.ts'
import { buy, must, openSale, type Sale, type Session, signUp } from '../client.ts'
import { joinSystem } from '../join-system.ts'
import type { RunningSystem } from '../system.ts'

// What an organizer's own program is told, from the form in the console to the request that it gets.

interface Got {
  headers: IncomingHttpHeaders
  body: string
}

let system: RunningSystem
let owner: Session
let sale: Sale
const got: Got[] = []
let status = 204
const receiver = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  got.push({ headers: request.headers, body })
  response.writeHead(status).end()
})

beforeAll(async () => {
  if (!hasPart('chromium')) return
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  system = await joinSystem()
  owner = await signUp(system)
  sale = await openSale(system, owner, { priceMinor: 0, title: 'Concert of hooks' })
})
afterAll(async () => {
  receiver.closeAllConnections()
  receiver.close()
})

/** Of a type, each once: one whose answer comes late is posted again, under the same id. */
const gotOf = (wanted: string) => [
  ...new Map(
    got.filter(({ body }) => JSON.parse(body).type === wanted).map((one) => [one.headers['webhook-id'], one]),
  ).values(),
]

async function openWebhooks(options: Parameters<typeof openBrowser>[0] & { language: Language }) {
  const visitor = await openBrowser(options)
  const page = await visitor.context.newPage()
  const words = WORDS[options.language]
  await signIn(page, system, owner, options.language)
  await page.goto(`${system.publicUrl}/${options.language}/console/organizers/${sale.organizerId}/messages/webhooks`)
  return { page, word: (id: keyof typeof WORDS.en) => words[id], close: () => visitor.close() }
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.GUICHET_PICTURES
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
}

describe.runIf(hasPart('chromium'))('webhooks', () => {
  it('are asked for and tried out in the console without JavaScript, and an order is told of, signed', async () => {
    const { page, word, close } = await openWebhooks({ language: 'fr', screen: 'phone', javaScript: false })
    try {
      await page.getByRole('link', { name: word('console.webhooks.add') }).click()
      await page.getByRole('button', { name: word('console.webhooks.add') }).click()
      await page.getByRole('alert').waitFor()
      const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
      await page.getByLabel(word('console.webhooks.field.url')).fill(address)
      await page.getByRole('button', { name: word('console.webhooks.add') }).click()
      await page.waitForURL(/whk_\w+\?made/)
      const endpoint = page.url().replace(/\?.*$/, '')

      await page.getByRole('button', { name: word('console.webhooks.trySubmit') }).click()
      await page.waitForURL(/tried/)
      await eventually(() => gotOf('order.confirmed').length === 1)
      await buy(system, sale, { email: 'told@example.org', locale: 'fr' })
      await eventually(() => gotOf('order.confirmed').length === 2)
      await page.goto(`${endpoint}/settings?secrets=1`)
      const secret = await page.getByLabel(word('console.webhooks.secret.present'), { exact: true }).inputValue()
      const last = gotOf('order.confirmed').at(-1)
      expect(new Webhook(secret).verify(last?.body ?? '', last?.headers as Record<string, string>)).toMatchObject({
        type: 'order.confirmed',
        data: { organizerId: sale.organizerId, eventId: sale.eventId },
      })
      expect(last?.body).not.toContain('told@example.org')
    } finally {
      await close()
    }
  })

  it('that are refused are in the log with the reason, and are sent again when somebody asks', async () => {
    const { page, word, close } = await openWebhooks({ language: 'en', dark: true })
    try {
      expect(await violations(page)).toEqual([])
      status = 500
      const { items } = await must<{ items: { id: string; url: string }[] }>(
        system,
        `notifications/v1/organizers/${sale.organizerId}/webhook-endpoints`,
        { token: owner.accessTokens.notifications },
      )
      await page.goto(`${page.url()}/${items[0]?.id}`)
      await page.locator('#type').selectOption('event.cancelled')
      await page.getByRole('button', { name: word('console.webhooks.trySubmit') }).click()
      await eventually(() => gotOf('event.cancelled').length === 1)
      await eventually(async () => {
        await page.reload()
        return page
          .getByText(`500 ${word('console.webhooks.outcome.refused')}`)
          .first()
          .isVisible()
      })
      expect(await violations(page)).toEqual([])
      status = 204
      await page.getByRole('link', { name: 'event.cancelled' }).click()
      // One that is just being tried again by itself is refused, and asked for once more.
      await eventually(async () => {
        await page.getByRole('button', { name: word('console.webhooks.replayOne') }).click()
        return /replayed/.test(page.url())
      })
      await eventually(async () => {
        await page.reload()
        return page.getByText(word('console.webhooks.state.delivered'), { exact: true }).isVisible()
      })
      // The long lines of a body scroll by themselves.
      await page.setViewportSize(SCREENS.phone)
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
      await picture(page, 'webhook-phone-dark')
      await page.goto(`${page.url().replace(/\/whd_.*$/, '')}/settings?secrets=1`)
      expect(await violations(page)).toEqual([])
    } finally {
      await close()
    }
  })
})
