import { type Action, fail, type RequestEvent, redirect } from '@sveltejs/kit'
import { call } from '../api/call.server.ts'
import { ApiError } from '../api/problem.ts'
import type { Order } from '../api/types.ts'
import { Check } from '../forms/check.server.ts'
import { refusalOf, refuse, shownValues, textsFor, textValues } from '../forms/refusal.server.ts'
import type { MessageId } from '../messages/text.ts'
import { formatMoney } from '../money/money.ts'

const NOTE_MAX = 300

/** Lets the chosen money pay the chosen order, all of it. */
export const assign: Action = async (event) => {
  const data = await event.request.formData()
  const values = textValues(data)
  const { accountId = '', orderId = '' } = values
  const body = { entryIds: data.getAll('entryId').map(String), orderId }
  let order: Order
  try {
    const path = `/v1/payment-accounts/${accountId}/assignments`
    order = (await call<Order>(event, 'tickets', path, { method: 'POST', body, as: 'visitor' })).body
  } catch (error) {
    return refused(event, error, values, 'order')
  }
  // To a hold that is over, money is late: it buys what is left, or goes back.
  const assigned = order.state === 'confirmed' ? 'confirmed' : 'late'
  redirect(303, `${event.url.pathname}?${new URLSearchParams({ account: accountId, assigned })}`)
}

/** Money that pays no order is dealt with: the note says how. */
export const close: Action = async (event) => {
  const values = textValues(await event.request.formData())
  const { accountId = '', entryId = '', as = '', note = '' } = values
  const t = textsFor(event)
  const check = new Check(values, t)
  const known = as === 'sent-back' || as === 'recorded-before'
  if (!known) check.refuse(`as-${entryId}`, t('console.finance.bank.close.asMissing'))
  if (!note) check.refuse(`note-${entryId}`, t('console.finance.bank.close.noteMissing'))
  else if (note.length > NOTE_MAX) check.refuse(`note-${entryId}`, t('console.finance.bank.close.noteLong'))
  if (check.failed) return refuse(400, values, check.faults)
  try {
    const path = `/v1/payment-accounts/${accountId}/entries/${entryId}/closing`
    await call(event, 'tickets', path, { method: 'POST', body: { as, note }, as: 'visitor' })
  } catch (error) {
    return refused(event, error, values, `note-${entryId}`)
  }
  redirect(303, `${event.url.pathname}?${new URLSearchParams({ account: accountId, closed: '1' })}`)
}

/** What stood still while the page was open is said in its words; the rest as the service says it. */
function refused(event: RequestEvent, error: unknown, values: Record<string, string>, field: string) {
  const problem = error instanceof ApiError ? wordsOf(event, error) : null
  if (problem) return fail(409, { values: shownValues(values), faults: [], problem })
  return refusalOf(event, error, values, () => field)
}

const BECAME: Record<string, MessageId> = {
  paid: 'console.finance.bank.became.paid',
  part: 'console.finance.bank.became.paid',
  'sent-back': 'console.finance.bank.became.sentBack',
  'recorded-before': 'console.finance.bank.became.recordedBefore',
}

function wordsOf(event: RequestEvent, { code, problem }: ApiError): string | null {
  const t = textsFor(event)
  if (code === 'transfer-not-awaited') return t('console.finance.bank.assign.notAwaited')
  if (code === 'bank-entry-closed') return t(BECAME[String(problem.outcome)] ?? 'console.finance.bank.assign.gone')
  if (code !== 'amount-differs') return null
  const language = event.params.lang === 'fr' ? 'fr' : 'en'
  const money = (minor: unknown) => formatMoney(Number(minor), String(problem.currency), language)
  const amounts = { owed: money(problem.expectedMinor), came: money(problem.amountMinor) }
  return t('console.finance.bank.assign.differs', amounts)
}
