import { once } from 'node:events'
import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AxeBuilder } from '@axe-core/playwright'
import { eventually, findPart, freePort, hasPart } from '@guichet/testkit'
import nodemailer from 'nodemailer'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createInbox } from '../src/inbox/service.ts'
import { startPayments, startShop } from './payments-fixture.ts'
import { temporaryFolder } from './process-under-test.ts'

const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

/** The public origin: strips the mount and forwards the rest, as the web front does. */
async function mount(prefix: string, port: number, target: () => string): Promise<string> {
  const server = createServer((request, response) => {
    const path = request.url?.startsWith(prefix) ? request.url.slice(prefix.length) || '/' : undefined
    if (path === undefined) return response.writeHead(404).end('outside the mount')
    const { method, headers } = request
    const onward = forward(new URL(path, target()), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`
}

describe.skipIf(!hasPart('chromium'))('in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    const executablePath = findPart('chromium') ?? ''
    browser = await chromium.launch({ executablePath, args: FLAGS.split(' '), timeout: 120_000 })
  })
  afterAll(() => browser?.close())

  async function openPage(colorScheme: 'light' | 'dark' = 'light', javaScriptEnabled = true) {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, colorScheme, javaScriptEnabled })
    onTestFinished(() => context.close())
    // A shared machine is slow now and then; a missing element still fails, only later.
    context.setDefaultTimeout(90_000)
    const page = await context.newPage()
    const surprises: string[] = []
    page.on('dialog', (dialog) => surprises.push(`dialog ${dialog.message()}`) && dialog.dismiss())
    page.on('console', (message) => message.type() === 'error' && surprises.push(message.text()))
    return { page, surprises }
  }

  /** The frame of a mail runs no script, so axe looks at the page around it. */
  async function expectAccessible(page: Page) {
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
    expect(violations.map(({ id, nodes }) => ({ id, at: nodes.map((node) => node.target) }))).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  }

  test.each(['light', 'dark'] as const)(
    'a buyer pays on the page and lands back in the shop, in %s',
    async (scheme) => {
      const shop = await startShop()
      const port = await freePort()
      let target = ''
      const publicUrl = await mount('/sandbox/payments', port, () => target)
      const { url, client } = await startPayments({ publicUrl })
      target = url
      const { page, surprises } = await openPage(scheme)
      const id = await client.open(shop, { description: '<img src=x onerror=alert(1)>', returnUrl: `${shop.url}/back` })
      await page.goto(`${publicUrl}/pay/${id}`)
      await expectAccessible(page)
      await page.getByRole('link', { name: 'Français' }).click()
      expect(surprises).toEqual([])
      await Promise.all([
        page.waitForRequest(`${shop.url}/back?payment=${id}`),
        page.getByRole('button', { name: 'Payer 64,00 €' }).click(),
      ])
      expect(await client.look(id)).toMatchObject({ state: 'succeeded' })
      await page.goto(`${publicUrl}/pay/${id}`)
      await expectAccessible(page)
      expect(await page.getByRole('link', { name: /Back to/ }).getAttribute('href')).toBe(
        `${shop.url}/back?payment=${id}`,
      )
    },
  )

  test('a mail shows its looks, runs nothing, fetches nothing from elsewhere, and its links open outside the frame', async () => {
    const port = await freePort()
    let target = ''
    const publicUrl = await mount('/inbox', port, () => target)
    const folder = await temporaryFolder()
    const shared = { host: '127.0.0.1', httpPort: 0, smtpPort: 0, journal: folder, basePath: '/inbox' }
    const inbox = await createInbox({ ...shared, messagesMax: 100, control: false, logLevel: 'silent' })
    const { url, smtpPort } = await inbox.start()
    target = url
    onTestFinished(() => inbox.stop())
    const shop = await startShop()
    const html = `<style>h1{color:rgb(200,0,0)}</style><h1 onclick="alert(1)">Tickets</h1><a href="${shop.url}/orders">Open</a>
      <script>alert(1)</script><img src=x onerror=alert(2)><img src="${shop.url}/tracker">`
    const transport = nodemailer.createTransport({ host: '127.0.0.1', port: smtpPort, secure: false })
    await transport.sendMail({ from: 'a@x.org', to: 'b@x.org', subject: '<script>alert(3)</script>', text: 'Hi', html })
    const { page, surprises } = await openPage()
    await page.goto(`${publicUrl}/`)
    await expectAccessible(page)
    await page.getByRole('link', { name: /<script>/ }).click()
    const heading = page.frameLocator('iframe').getByRole('heading', { name: 'Tickets' })
    await heading.waitFor()
    expect(surprises.filter((text) => text.startsWith('dialog'))).toEqual([])
    await page.frameLocator('iframe').getByRole('link', { name: 'Open' }).click()
    await eventually(() => shop.visited.includes('/orders'))
    expect(shop.visited).not.toContain('/tracker')
    await page.getByRole('link', { name: 'Text', exact: true }).click()
    await expectAccessible(page)
    await page.goto(`${publicUrl}/delete`)
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Delete all' }).click()
    await page.getByRole('heading', { name: 'No mail yet' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/inbox/')
  })

  test('the page works without JavaScript', async () => {
    const shop = await startShop()
    const port = await freePort()
    const { url, client } = await startPayments({ port, publicUrl: `http://127.0.0.1:${port}` })
    const { page } = await openPage('light', false)
    const id = await client.open(shop)
    await page.goto(`${url}/pay/${id}`)
    await page.getByRole('button', { name: 'Decline' }).click()
    expect(await client.look(id)).toMatchObject({ state: 'declined' })
  })
})
