import { type Actions, type RequestEvent, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import type { BankEntry, BankTransfer, PaymentAccount, Statement } from '#web/api/finance.ts'
import { ApiError } from '#web/api/problem.ts'
import type { Page } from '#web/api/types.ts'
import { assign, close } from '#web/finance/bank-actions.server.ts'
import { packFile, STATEMENT_MAX_BYTES, statementText, unpackFile } from '#web/finance/statement-file.server.ts'
import { Check } from '#web/forms/check.server.ts'
import type { Refusal } from '#web/forms/faults.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import { formatMoney, parseMoney } from '#web/money/money.ts'
import { isDay, today } from '#web/time/local-time.server.ts'
import type { PageServerLoad } from './$types'

/** What the page's forms answer: a refusal, or what a statement would do. */
export type BankAnswer = Partial<Refusal> & { statement?: Statement; file?: string }

export const load: PageServerLoad = async (event) => {
  const asked = event.url.searchParams
  const path = `/v1/organizers/${event.params.organizerId}/payment-accounts`
  const [{ body }, { timeZone }] = await Promise.all([
    need<{ items: PaymentAccount[] }>(event, 'tickets', path, { as: 'visitor' }),
    event.parent(),
  ])
  const accounts = body.items.filter((account) => account.provider === 'bank-transfer')
  const account =
    accounts.find(({ id }) => id === asked.get('account')) ?? accounts.find(({ enabled }) => enabled) ?? accounts[0]
  const count = (name: string) => Math.max(0, Number.parseInt(asked.get(name) ?? '', 10) || 0)
  return {
    accounts,
    account,
    today: today(timeZone),
    marked: asked.has('marked'),
    assigned: asked.has('assigned'),
    late: asked.get('assigned') === 'late',
    closed: asked.has('closed'),
    cursor: asked.get('cursor') ?? '',
    chosen: asked.has('asked') ? { entryIds: asked.getAll('entry'), orderId: asked.get('order') ?? '' } : null,
    imported: asked.has('paid') ? { paid: count('paid'), look: count('look') } : null,
    ...(account ? await moneyOf(event, account.id) : { transfers: null, entries: null }),
  }
}

async function moneyOf(event: RequestEvent, accountId: string) {
  const path = `/v1/payment-accounts/${accountId}`
  const cursor = event.url.searchParams.get('cursor') ?? ''
  const [transfers, entries] = await Promise.all([
    need<Page<BankTransfer>>(event, 'tickets', `${path}/transfers`, { query: { cursor, limit: '50' }, as: 'visitor' }),
    need<Page<BankEntry>>(event, 'tickets', `${path}/entries`, { query: { open: 'true', limit: '50' }, as: 'visitor' }),
  ])
  return { transfers: transfers.body, entries: entries.body }
}

export const actions: Actions = {
  assign,
  close,

  preview: async (event) => {
    const data = await event.request.formData()
    const values = textValues(data)
    const file = data.get('statement')
    const t = textsFor(event)
    const check = new Check(values, t)
    if (!(file instanceof File) || file.size === 0) check.refuse('statement', t('console.finance.bank.fileMissing'))
    else if (file.size > STATEMENT_MAX_BYTES) check.refuse('statement', t('console.finance.bank.fileBig'))
    if (check.failed || !(file instanceof File)) return refuse(400, values, check.faults)
    const bytes = new Uint8Array(await file.arrayBuffer())
    try {
      const { body } = await send(event, values.accountId ?? '', 'statement-previews', bytes)
      return { statement: body, file: packFile(bytes) }
    } catch (error) {
      return refusalOf(event, error, values, () => 'statement')
    }
  },

  commit: async (event) => {
    const { accountId = '', file = '' } = textValues(await event.request.formData())
    let counts: Statement['counts']
    try {
      counts = (await send(event, accountId, 'statements', unpackFile(file))).body.counts
    } catch (error) {
      return refusalOf(event, error, {}, () => 'statement')
    }
    const look = (counts['wrong-amount'] ?? 0) + (counts['paid-already'] ?? 0) + (counts.unmatched ?? 0)
    const answer = new URLSearchParams({ account: accountId, paid: String(counts.paid ?? 0), look: String(look) })
    redirect(303, `${event.url.pathname}?${answer}`)
  },

  mark: async (event) => {
    const values = textValues(await event.request.formData())
    const { accountId = '', paymentId = '', receivedOn = '', note = '' } = values
    const t = textsFor(event)
    const check = new Check(values, t)
    const amountMinor = parseMoney(values.amount ?? '', values.currency ?? 'EUR')
    if (amountMinor === null) check.refuse(`amount-${paymentId}`, t('fault.money'))
    if (!isDay(receivedOn)) check.refuse(`receivedOn-${paymentId}`, t('console.finance.bank.markDayMissing'))
    if (check.failed) return refuse(400, values, check.faults)
    try {
      const body = { amountMinor, receivedOn, ...(note ? { note } : {}) }
      await call(event, 'tickets', `/v1/payments/${paymentId}/receipt`, { method: 'POST', body, as: 'visitor' })
    } catch (error) {
      if (error instanceof ApiError && error.code === 'amount-differs') {
        const language = event.params.lang === 'fr' ? 'fr' : 'en'
        const owed = formatMoney(Number(error.problem.expectedMinor), String(error.problem.currency), language)
        const message = t('console.finance.bank.markAmountOther', { owed })
        return refuse(409, values, [{ field: `amount-${paymentId}`, message }])
      }
      return refusalOf(
        event,
        error,
        values,
        (pointer) => `${pointer.endsWith('On') ? 'receivedOn' : 'amount'}-${paymentId}`,
      )
    }
    redirect(303, `${event.url.pathname}?${new URLSearchParams({ account: accountId, marked: '1' })}`)
  },
}

/** Thousands of rows are matched, and each payment is settled. */
const STATEMENT_TIMEOUT_MS = 60_000

function send(event: RequestEvent, accountId: string, what: 'statements' | 'statement-previews', file: Uint8Array) {
  return call<Statement>(event, 'tickets', `/v1/payment-accounts/${accountId}/${what}`, {
    method: 'POST',
    body: { csv: statementText(file) },
    as: 'visitor',
    timeoutMs: STATEMENT_TIMEOUT_MS,
  })
}
