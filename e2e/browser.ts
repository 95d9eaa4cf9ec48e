import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { findPart } from '@guichet/testkit'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import en from '../web/src/messages/en.json' with { type: 'json' }
import fr from '../web/src/messages/fr.json' with { type: 'json' }

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

/** A browser of its own with an empty profile, as for somebody who was never here. */
export async function openBrowser(options: VisitorOptions = {}): Promise<Visitor> {
  const profile = mkdtempSync(join(tmpdir(), 'guichet-browser-'))
  const screen = options.screen ?? 'desktop'
  const context = await chromium.launchPersistentContext(profile, {
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
    viewport: SCREENS[screen],
    isMobile: screen === 'phone',
    hasTouch: screen === 'phone',
    javaScriptEnabled: options.javaScript ?? true,
    locale: options.language === 'fr' ? 'fr-FR' : 'en-GB',
    colorScheme: options.dark ? 'dark' : 'light',
    timezoneId: 'Europe/Paris',
  })
  // A shared machine is slow now and then; a missing element still fails, only later.
  context.setDefaultTimeout(45_000)
  return {
    context,
    async close() {
      await context.close()
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

/** The accessibility faults that axe finds in what a page shows now; not in frames of mails, in which no script may run. */
export async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).exclude('iframe').analyze()
  return found.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')}`))
}
