import { randomUUID } from 'node:crypto'
import { eventually, hasPart } from '@guichet/testkit'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Language, openBrowser, violations, WORDS } from '../browser.ts'
import { mailsTo, PASSWORD, signUp } from '../client.ts'
import { joinSystem } from '../join-system.ts'
import type { RunningSystem } from '../system.ts'

// The address of an account, from the wish to the mail that says the account is gone, as its owner sees it.

const NEW_PASSWORD = 'another long and quiet passphrase'

let system: RunningSystem
beforeAll(async () => {
  if (hasPart('chromium')) system = await joinSystem()
})

/** Axe is a script: where none may run, it cannot look. */
async function seen(page: Page, name: string, { javaScript }: { javaScript: boolean }): Promise<void> {
  if (javaScript) expect([name, await violations(page)]).toEqual([name, []])
  const folder = process.env.GUICHET_PICTURES
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
}

/** The links in the mails to an address that lead to a kind of page, oldest first. */
async function linksTo(email: string, page: string): Promise<URL[]> {
  const pattern = new RegExp(`https?://\\S+/${page}\\?token=\\S+`)
  const mails = await mailsTo(system, email)
  return mails.flatMap(({ text }) => pattern.exec(text)?.map((link) => new URL(link)) ?? [])
}

async function enter(page: Page, language: Language, email: string, password: string): Promise<void> {
  const words = WORDS[language]
  await page.locator('#email').fill(email)
  await page.locator('#password').fill(password)
  await page.getByRole('button', { name: words['account.signIn.submit'], exact: true }).click()
}

const WAYS = [
  { language: 'fr', screen: 'phone', javaScript: false },
  { language: 'en', screen: 'desktop', javaScript: true },
] as const

describe.runIf(hasPart('chromium')).each(WAYS)('the address of an account ($language, $screen)', (way) => {
  it('changes by the link in the new mailbox, comes back by the one in the old, and is told goodbye', async () => {
    const { user } = await signUp(system)
    const wanted = `moved.${randomUUID().slice(0, 12)}@example.org`
    const words = WORDS[way.language]
    const picture = (name: string) => `address-${name}-${way.screen}`
    const visitor = await openBrowser(way)
    const page = await visitor.context.newPage()
    const account = `${system.publicUrl}/${way.language}/account`
    const button = (label: string) => page.getByRole('button', { name: label, exact: true })
    const ask = async (password: string) => {
      await page.locator('#newEmail').fill(wanted)
      await page.locator('#emailPassword').fill(password)
      await button(words['account.email.submit']).click()
    }
    try {
      await page.goto(account)
      await enter(page, way.language, user.email, PASSWORD)
      await ask('certainly not the password')
      await page.getByRole('alert').getByText(words['account.wrongPassword']).waitFor()
      expect(await page.locator('#newEmail').inputValue()).toBe(wanted)
      await seen(page, picture('refused'), way)
      await ask(PASSWORD)
      await page.getByText(words['account.email.asked']).waitFor()
      await seen(page, picture('asked'), way)
      // One that is withdrawn before it is sent is not sent.
      await eventually(async () => (await linksTo(wanted, 'account/confirm-address')).length === 1)
      await button(words['account.email.withdraw']).click()
      await page.getByText(words['account.email.withdrawn']).waitFor()
      await ask(PASSWORD)
      await page.getByText(words['account.email.asked']).waitFor()
    } finally {
      await visitor.close()
    }

    // The link is opened on another device, where nobody is signed in.
    const other = await openBrowser(way)
    const there = await other.context.newPage()
    try {
      const confirm = await eventually(async () => (await linksTo(wanted, 'account/confirm-address'))[1] ?? false)
      await there.goto(`${account}/confirm-address${confirm.search}`)
      await enter(there, way.language, user.email, PASSWORD)
      await there.getByText(wanted).waitFor()
      await seen(there, picture('confirm'), way)
      await there.getByRole('button', { name: words['account.email.confirm.submit'] }).click()
      await there.getByText(words['account.email.saved']).waitFor()
      await there.getByText(wanted, { exact: true }).waitFor()

      const back = await eventually(async () => (await linksTo(user.email, 'undo-address'))[0] ?? false)
      await there.goto(`${system.publicUrl}/${way.language}/undo-address${back.search}`)
      await there.locator('#newPassword').fill('short')
      await there.getByRole('button', { name: words['account.email.undo.submit'] }).click()
      await there.getByRole('alert').waitFor()
      await seen(there, picture('undo'), way)
      await there.locator('#newPassword').fill(NEW_PASSWORD)
      await there.getByRole('button', { name: words['account.email.undo.submit'] }).click()
      await there.getByText(words['account.email.undone']).waitFor()
      await enter(there, way.language, user.email, NEW_PASSWORD)
      await there.waitForURL(/account\/orders/)

      await there.goto(account)
      await there.getByText(words['account.delete'], { exact: true }).click()
      await there.locator('#password').fill(NEW_PASSWORD)
      await there.getByRole('button', { name: words['account.deleteSubmit'] }).click()
      await there.waitForURL(`${system.publicUrl}/${way.language}`)
      await eventually(async () =>
        (await mailsTo(system, user.email)).some((mail) => mail.subject === 'Your account was deleted'),
      )
    } finally {
      await other.close()
    }
  })
})
