import { randomUUID } from 'node:crypto'
import { hasPart } from '@guichet/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, signIn, violations, WORDS } from '../browser.ts'
import { hold, must, openSale, type Sale, type Session, signUp } from '../client.ts'
import { joinSystem } from '../join-system.ts'
import type { RunningSystem } from '../system.ts'

// Money that comes by bank: chosen among the ways to pay, told to be copied, recorded by a member.

let system: RunningSystem
let owner: Session
let sale: Sale
let accountId: string
beforeAll(async () => {
  if (!hasPart('chromium')) return
  system = await joinSystem()
  owner = await signUp(system)
  sale = await openSale(system, owner)
  accountId = await addAccount('bank-transfer', 'live', {
    settings: { beneficiary: 'La Compagnie', iban: 'FR7630006000011234567890189', bic: null, dueDays: 7 },
    secrets: {},
  })
  await addAccount('stripe', 'test', {
    settings: {},
    secrets: { secretKey: 'sk_test_never_asked_here', webhookSecrets: ['whsec_never_asked_here'] },
  })
})

async function addAccount(provider: string, mode: 'test' | 'live', terms: object): Promise<string> {
  const account = await must<{ id: string }>(system, `tickets/v1/organizers/${sale.organizerId}/payment-accounts`, {
    method: 'POST',
    token: owner.accessTokens.tickets,
    headers: { 'idempotency-key': randomUUID() },
    body: { provider, mode, enabled: true, ...terms },
  })
  return account.id
}

describe.runIf(hasPart('chromium'))('a bank transfer', () => {
  it('is chosen, told in full, and confirms the order once a member has seen the money, without JavaScript', async () => {
    const order = await hold(system, sale, { email: 'bank@example.org', quantity: 2, locale: 'fr' })
    const visitor = await openBrowser({ screen: 'phone', language: 'fr', javaScript: false })
    const page = await visitor.context.newPage()
    const words = WORDS.fr
    try {
      await page.goto(`${system.publicUrl}/fr/checkout/${order.id}?key=${order.secret}`)
      // The one way that moves no money says so, and the other does not.
      expect(await page.getByText(words['payment.testMode'], { exact: true }).count()).toBe(1)
      await page.getByLabel(new RegExp(words['payment.way.bank-transfer'])).check()
      await page.getByRole('button', { name: words['checkout.pay'] }).click()
      await page.getByRole('heading', { name: words['order.title.transfer'] }).waitFor()
      expect((await page.getByLabel(words['transfer.amount']).inputValue()).replace(/\s/g, ' ')).toBe('50,00 €')
      expect((await page.getByLabel(words['transfer.iban']).inputValue()).replace(/\s/g, '')).toBe(
        'FR7630006000011234567890189',
      )
      expect(await page.getByLabel(words['transfer.reference']).inputValue()).toMatch(/^RF\d\d /)

      await signIn(page, system, owner, 'fr')
      await page.goto(`${system.publicUrl}/fr/console/events/${sale.eventId}/orders/${order.id}`)
      const record = page.getByRole('region', { name: words['console.record'] })
      await record.getByLabel(/Montant reçu/).fill('49')
      await record.getByRole('button').click()
      // Another amount than what is owed is refused, and nothing happens.
      await page.getByRole('alert').waitFor()
      await record.getByLabel(/Montant reçu/).fill('50')
      await record.getByRole('button').click()
      await page.getByText(words['console.order.done']).waitFor()

      await page.goto(`${system.publicUrl}/fr/orders/${order.id}?key=${order.secret}`)
      await page.getByRole('heading', { name: words['order.title.confirmed'] }).waitFor()
    } finally {
      await visitor.close()
    }
  })

  it('is told on a page that axe finds nothing on, with a way back to the other ways to pay', async () => {
    const order = await hold(system, sale, { email: 'other-way@example.org' })
    const visitor = await openBrowser()
    const page = await visitor.context.newPage()
    try {
      await page.goto(`${system.publicUrl}/en/checkout/${order.id}?key=${order.secret}`)
      await page.getByLabel(new RegExp(WORDS.en['payment.way.bank-transfer'])).check()
      expect(await violations(page)).toEqual([])
      await page.getByRole('button', { name: WORDS.en['checkout.pay'] }).click()
      await page.getByRole('heading', { name: WORDS.en['transfer.title'] }).waitFor()
      expect(await violations(page)).toEqual([])
      await page.getByRole('link', { name: WORDS.en['transfer.otherWay'] }).click()
      await page.getByText(WORDS.en['checkout.ways']).waitFor()
    } finally {
      await visitor.close()
    }
  })

  it('is paid by two entries that no reference names, and what pays no order is closed, without JavaScript', async () => {
    const order = await hold(system, sale, { email: 'in-parts@example.org', quantity: 2 })
    await must(system, `tickets/v1/orders/${order.id}/payments`, {
      method: 'POST',
      headers: { 'order-secret': order.secret, 'idempotency-key': randomUUID() },
      body: { provider: 'bank-transfer', returnUrl: `${system.publicUrl}/en/orders/${order.id}` },
    })
    await must(system, `tickets/v1/payment-accounts/${accountId}/statements`, {
      method: 'POST',
      token: owner.accessTokens.tickets,
      body: { csv: 'Date;Text;Amount\n2026-11-02;FIRST;30.00\n2026-11-03;SECOND;20.00\n2026-11-03;STRANGE;7.00\n' },
    })
    const visitor = await openBrowser({ screen: 'phone', language: 'en', javaScript: false })
    const page = await visitor.context.newPage()
    const words = WORDS.en
    try {
      await signIn(page, system, owner, 'en')
      await page.goto(`${system.publicUrl}/en/console/organizers/${sale.organizerId}/finance/bank?account=${accountId}`)
      const pays = page.getByRole('button', { name: /^Let .* pay this order$/ })
      await page.getByRole('checkbox', { name: /30\.00/ }).check()
      await page.getByLabel(words['console.finance.bank.assign.order']).selectOption(order.id)
      await page.getByRole('button', { name: words['console.finance.bank.assign.sum'] }).click()
      // A part of what is owed has no button.
      await page.getByText(/20\.00 are missing/).waitFor()
      expect(await pays.count()).toBe(0)
      await page.getByRole('checkbox', { name: /20\.00/ }).check()
      await page.getByRole('button', { name: words['console.finance.bank.assign.again'] }).click()
      await pays.click()
      await page.getByText(words['console.finance.bank.assigned.confirmed']).waitFor()

      await page.getByText(words['console.finance.bank.close'], { exact: false }).first().click()
      const submit = page.getByRole('button', { name: words['console.finance.bank.close.submit'] })
      await submit.click()
      await page.getByRole('alert').waitFor()
      await page.getByLabel(words['console.finance.bank.close.as.sent-back']).check()
      await page.locator('input[name=note]:visible').fill('Sent back on 4 November')
      await submit.click()
      await page.getByText(words['console.finance.bank.closed']).waitFor()
      await page.getByText(words['console.finance.bank.lookNone'], { exact: true }).waitFor()
    } finally {
      await visitor.close()
    }
  })
})
