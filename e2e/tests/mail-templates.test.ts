import { eventually, hasPart } from '@guichet/testkit'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Language, openBrowser, signIn, violations, WORDS } from '../browser.ts'
import { buy, mailsTo, openSale, type Sale, type Session, signUp } from '../client.ts'
import { joinSystem } from '../join-system.ts'
import type { RunningSystem } from '../system.ts'

// What an organizer writes in the editor is what buyers read, and what it looks like is seen before anybody gets it.

let system: RunningSystem
let owner: Session
let sale: Sale
beforeAll(async () => {
  if (!hasPart('chromium')) return
  system = await joinSystem()
  owner = await signUp(system)
  sale = await openSale(system, owner, { priceMinor: 0, title: 'Concert of words' })
  await buy(system, sale, { email: 'words.first@example.org', locale: 'en' })
  await eventually(async () => (await mailsTo(system, 'words.first@example.org')).length === 1)
})

async function openConsole(options: Parameters<typeof openBrowser>[0] & { language: Language }) {
  const visitor = await openBrowser(options)
  const page = await visitor.context.newPage()
  const words = WORDS[options.language]
  await signIn(page, system, owner, options.language)
  const base = `${system.publicUrl}/${options.language}/console/organizers/${sale.organizerId}/messages`
  return { page, base, word: (id: keyof typeof WORDS.en) => words[id], close: () => visitor.close() }
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.GUICHET_PICTURES
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
}

/** The mail in the preview's frame, which is in a frame of its own. */
const previewOf = (page: Page, language: Language) =>
  page.frameLocator(`iframe[name="preview-${language}"]`).frameLocator('iframe')

describe.runIf(hasPart('chromium'))('the words of mails', () => {
  it('are changed, seen, refused with the line of a fault, and saved without JavaScript', async () => {
    const { page, base, word, close } = await openConsole({ language: 'fr', screen: 'phone', javaScript: false })
    try {
      await page.goto(base)
      await page.getByRole('link', { name: word('console.messages.tab.templates') }).click()
      await picture(page, 'templates-phone')
      await page.getByRole('link', { name: word('console.templates.kind.order-confirmation') }).click()
      const form = page.getByRole('region', { name: word('language.en') })
      await form.locator('#body-en').fill('{{ greeting }}\n\n{% for x in y %}')
      await form.getByRole('button', { name: word('form.save') }).click()
      await page.getByRole('alert').waitFor()
      expect(await form.locator('#body-en').inputValue()).toContain('{% for x in y %}')
      await picture(page, 'template-refused-phone')
      await form.locator('#body-en').fill('{{ greeting }}\n\nOur **own** words, {{ buyer.nmae }}.\n\n{% event %}')
      await form.getByRole('button', { name: word('console.templates.preview') }).click()
      await previewOf(page, 'en').getByText('Concert of words').first().waitFor()
      await page
        .frameLocator('iframe[name="preview-en"]')
        .getByText(/\.pdf, event\.ics/)
        .waitFor()
      await picture(page, 'template-preview-phone')
      await form.getByRole('button', { name: word('form.save') }).click()
      await page.getByText(word('form.saved')).waitFor()
      // What is not known, and what is missing, is named beside the form.
      await page.getByText('buyer.nmae').first().waitFor()
    } finally {
      await close()
    }
    await buy(system, sale, { email: 'words.second@example.org', locale: 'en' })
    const [mail] = await eventually(async () => {
      const mails = await mailsTo(system, 'words.second@example.org')
      return mails.length > 0 && mails
    })
    expect(mail?.text).toContain('Our own words, .')
    expect(mail?.text).toContain('/en/orders/')
  })

  it('are shown as they are typed, tried on oneself, and given back', async () => {
    const { page, base, word, close } = await openConsole({ language: 'en' })
    try {
      await page.goto(`${base}/templates/order-confirmation`)
      await previewOf(page, 'fr')
        .getByText('Vos 1 billets')
        .or(previewOf(page, 'fr').getByText('Votre billet'))
        .first()
        .waitFor()
      await page.locator('#title-en').fill('A title of <b>ours</b>')
      await previewOf(page, 'en').getByRole('heading', { name: 'A title of <b>ours</b>' }).waitFor()
      await picture(page, 'template-desktop')
      expect(await violations(page)).toEqual([])
      await page
        .getByRole('region', { name: word('language.en') })
        .getByRole('button', { name: word('console.templates.test') })
        .click()
      await page.getByText('The mail server said').waitFor()
      await picture(page, 'template-tested')
      await page
        .getByRole('region', { name: word('language.en') })
        .getByRole('button', { name: word('console.templates.reset') })
        .click()
      await page.getByText(word('console.templates.resetDone')).waitFor()
      expect(await page.locator('#body-en').inputValue()).toContain('Thank you for your order')
    } finally {
      await close()
    }
  })

  it('are written in the organizer’s name and colour, with the tickets to print', async () => {
    const { page, base, word, close } = await openConsole({ language: 'fr', dark: true })
    try {
      await page.goto(`${base}/sender`)
      await page.locator('#senderName').fill('Banque <x@y>')
      await page.getByRole('button', { name: word('form.save') }).click()
      await page.getByRole('alert').waitFor()
      await page.locator('#senderName').fill('Opéra de Lyon')
      await page.locator('#replyTo').fill('billets@opera.example')
      await page.getByLabel(word('console.sender.ownAccent')).check()
      await page.locator('input[name=accent]').fill('#aa0055')
      await page.locator('#footerFr').fill('Licence 1-234567')
      await page.getByRole('button', { name: word('form.save') }).click()
      await page.getByText(word('form.saved')).waitFor()
      await picture(page, 'sender-dark')
      expect(await violations(page)).toEqual([])
    } finally {
      await close()
    }
    const order = await buy(system, sale, { email: 'words.third@example.org', locale: 'fr' })
    const [mail] = await eventually(async () => {
      const mails = await mailsTo(system, 'words.third@example.org')
      return mails.length > 0 && mails
    })
    expect(mail?.text).toContain('Licence 1-234567')
    expect(mail?.text).toContain('Les fichiers joints sont vos billets')
    const secret = new URL(/http\S+\/orders\/\S+/.exec(mail?.text ?? '')?.[0] ?? '').searchParams.get('key')
    const pdf = await fetch(`${system.publicUrl}/fr/orders/${order.id}/tickets?key=${secret}`)
    expect(pdf.headers.get('content-type')).toBe('application/pdf')
    expect(
      Buffer.from(await pdf.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-')
  })
})
