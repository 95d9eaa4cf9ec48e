/**
 * Every mail in both languages as HTML, to be looked at: `node services/notifications/tests/gallery/render-gallery.ts
 * <folder>`. With a browser (`CHROMIUM`, or the one that Playwright finds) also as pictures: light and dark, on a
 * telephone and on a screen, and with the images that there are not.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { renderWith } from '../../src/templates/render-from-template.ts'
import { SAMPLE_KINDS, sampleDraft } from '../../src/templates/samples.ts'

const NOW = new Date('2027-01-10T09:00:00Z')
const SHOP = { name: 'Guichet', url: 'http://localhost:4000' }
const VIEWS = [
  { name: 'light', scheme: 'light', width: 800 },
  { name: 'dark', scheme: 'dark', width: 800 },
  { name: 'phone', scheme: 'light', width: 375 },
  { name: 'phone-dark', scheme: 'dark', width: 375 },
] as const

const folder = resolve(process.argv[2] ?? 'mail-gallery')
const wanted = process.argv[3]
await mkdir(folder, { recursive: true })
const pages: string[] = []
for (const kind of SAMPLE_KINDS.filter((name) => wanted === undefined || name.startsWith(wanted))) {
  for (const language of ['en', 'fr'] as const) {
    const draft = sampleDraft(kind, { language, now: NOW, shop: SHOP })
    const { subject, html, text } = await renderWith(draft, { shop: SHOP }, undefined)
    pages.push(`${kind}.${language}`)
    await writeFile(join(folder, `${kind}.${language}.html`), html)
    await writeFile(join(folder, `${kind}.${language}.txt`), `Subject: ${subject}\n\n${text}`)
    process.stdout.write(`${kind}.${language}: ${Math.ceil(Buffer.byteLength(html) / 1_000)} kB\n`)
  }
}
const frames = pages.map((page) => `<h2>${page}</h2><iframe src="${page}.html" width="800" height="900"></iframe>`)
await writeFile(
  join(folder, 'index.html'),
  `<!doctype html><meta charset="utf-8"><title>Mails</title>${frames.join('\n')}`,
)

const browser = await chromium
  .launch(process.env.CHROMIUM ? { executablePath: process.env.CHROMIUM } : {})
  .catch(() => undefined)
if (browser) {
  for (const { name, scheme, width } of VIEWS) {
    const context = await browser.newContext({
      colorScheme: scheme,
      viewport: { width, height: 900 },
      javaScriptEnabled: false,
    })
    const tab = await context.newPage()
    for (const page of pages) {
      await tab.goto(`file://${join(folder, `${page}.html`)}`)
      await tab.screenshot({ path: join(folder, `${page}.${name}.png`), fullPage: true })
    }
    await context.close()
  }
  await browser.close()
} else process.stdout.write('No browser: HTML and text alone.\n')
