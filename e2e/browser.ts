import { AxeBuilder } from '@axe-core/playwright'
import { findPart } from '@guichet/testkit'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll } from 'vitest'
import en from '../web/src/messages/en.json' with { type: 'json' }
import fr from '../web/src/messages/fr.json' with { type: 'json' }
import { PASSWORD, type Session } from './client.ts'
import type { RunningSystem } from './system.ts'

export type Language = 'en' | 'fr'
/** The words of the pages, from the catalogue that the pages use. */
export const WORDS = { en, fr }

export const SCREENS = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 900 },
}

export interface Visitor {
  context: BrowserContext
  close(): Promise<void>
}

export interface VisitorOptions {
  screen?: keyof typeof SCREENS
  javaScript?: boolean
  language?: Language
  dark?: boolean
}

/** One program for a test file: each visitor is a profile of its own in it. */
let program: Promise<Browser> | undefined
afterAll(async () => {
  await (await program)?.close()
})

const launch = () =>
  chromium.launch({
    executablePath: findPart('chromium') ?? 'chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    timeout: 120_000,
  })

/** An empty profile, as for somebody who was never here. */
export async function openBrowser(options: VisitorOptions = {}): Promise<Visitor> {
  program ??= launch()
  const screen = options.screen ?? 'desktop'
  const context = await (await program).newContext({
    viewport: SCREENS[screen],
    isMobile: screen === 'phone',
    hasTouch: screen === 'phone',
    javaScriptEnabled: options.javaScript ?? true,
    locale: options.language === 'fr' ? 'fr-FR' : 'en-GB',
    colorScheme: options.dark ? 'dark' : 'light',
    timezoneId: 'Europe/Paris',
  })
  // A shared machine is slow now and then; a missing element still fails, only later.
  context.setDefaultTimeout(90_000)
  return { context, close: () => context.close() }
}

/** Signs somebody in with their password and opens the console, with or without scripts. */
export async function signIn(page: Page, system: RunningSystem, user: Session, language: Language): Promise<void> {
  const words = WORDS[language]
  const next = encodeURIComponent(`/${language}/console`)
  await page.goto(`${system.publicUrl}/${language}/sign-in?next=${next}`)
  await page.getByLabel(words['field.email']).fill(user.user.email)
  await page.getByLabel(words['field.password']).fill(PASSWORD)
  await page.getByRole('button', { name: words['account.signIn.submit'] }).click()
  await page.waitForURL(/\/console$/)
}

/** The accessibility faults that axe finds in what a page shows now; not in frames of mails, in which no script may run. */
export async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).exclude('iframe').analyze()
  return found.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')}`))
}
