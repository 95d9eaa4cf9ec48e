import { randomUUID } from 'node:crypto'
import { type Actions, type RequestEvent, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import type { FeePolicy, VatRate } from '#web/api/finance.ts'
import { parsePercent } from '#web/finance/fee.ts'
import { Check } from '#web/forms/check.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import { parseMoney } from '#web/money/money.ts'
import { isDay, today } from '#web/time/local-time.server.ts'
import type { PageServerLoad } from './$types'

const pathOf = (event: RequestEvent) => `/v1/organizers/${event.params.organizerId}`

export const load: PageServerLoad = async (event) => {
  const [{ body: rates }, { body: fees }, { timeZone }] = await Promise.all([
    need<{ items: VatRate[] }>(event, 'tickets', `${pathOf(event)}/vat-rates`, { as: 'visitor' }),
    need<{ items: FeePolicy[] }>(event, 'tickets', `${pathOf(event)}/fee-policies`, { as: 'visitor' }),
    event.parent(),
  ])
  return {
    rates: rates.items,
    fees: fees.items,
    today: today(timeZone),
    saved: event.url.searchParams.has('saved'),
    key: randomUUID(),
  }
}

export const actions: Actions = {
  fee: async (event) => {
    const values = textValues(await event.request.formData())
    const t = textsFor(event)
    const check = new Check(values, t)
    const id = (values.form ?? '').replace('fee-', '')
    const currency = (values.currency ?? '').toUpperCase()
    if (!Intl.supportedValuesOf('currency').includes(currency)) {
      check.refuse(`currency-${id}`, t('console.type.currencyUnknown'))
    }
    const percentBp = parsePercent(values.percent || '0')
    if (percentBp === null) check.refuse(`percent-${id}`, t('console.finance.fees.percentFault'))
    const fixedMinor = parseMoney(values.fixed || '0', currency)
    if (fixedMinor === null) check.refuse(`fixed-${id}`, t('fault.money'))
    if (check.failed) return refuse(400, values, check.faults)
    const paidBy = values.paidBy === 'buyer' ? 'buyer' : 'organizer'
    try {
      await call(event, 'tickets', `${pathOf(event)}/fee-policies/${currency}`, {
        method: 'PUT',
        body: { paidBy, percentBp, fixedMinor, vatRateId: values.vatRateId || null },
        ifMatch: `"v${Number(values.version) || 0}"`,
        as: 'visitor',
      })
    } catch (error) {
      return refusalOf(event, error, values, (pointer) => `${feeFields[pointer] ?? 'percent'}-${id}`)
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },

  create: async (event) => {
    const values = textValues(await event.request.formData())
    const { check, period } = readPeriod(event, values, 'new')
    if (!values.name) check.refuse('name', textsFor(event)('fault.missing.name'))
    if (check.failed) return refuse(400, values, check.faults)
    try {
      const body = { name: values.name, periods: [period] }
      const options = { method: 'POST', body, idempotencyKey: values.key ?? '', as: 'visitor' } as const
      await call(event, 'tickets', `${pathOf(event)}/vat-rates`, options)
    } catch (error) {
      return refusalOf(event, error, values)
    }
    redirect(303, `${event.url.pathname}?saved=1#vat`)
  },

  /** A rate with a new height, without one, or archived. Its present heights are asked for again, under the version shown. */
  change: async (event) => {
    const values = textValues(await event.request.formData())
    const { id = '', version, archived, remove } = values
    const { body: rates } = await need<{ items: VatRate[] }>(event, 'tickets', `${pathOf(event)}/vat-rates`, {
      as: 'visitor',
    })
    const periods = rates.items.find((rate) => rate.id === id)?.periods ?? []
    let body: object
    if (archived !== undefined) body = { archived: archived === 'on' }
    else if (remove) body = { periods: periods.filter((period) => period.startsOn !== remove) }
    else {
      const { check, period } = readPeriod(event, values, id)
      if (periods.some((known) => known.startsOn === period.startsOn)) {
        check.refuse(`startsOn-${id}`, textsFor(event)('console.finance.vat.dayTwice'))
      }
      if (check.failed) return refuse(400, values, check.faults)
      body = { periods: [...periods, period] }
    }
    try {
      const ifMatch = `"v${Number(version) || 0}"`
      await call(event, 'tickets', `/v1/vat-rates/${id}`, { method: 'PATCH', body, ifMatch, as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, values)
    }
    redirect(303, `${event.url.pathname}?saved=1#vat`)
  },
}

const feeFields: Record<string, string> = { '/fixedMinor': 'fixed', '/vatRateId': 'vatRateId' }

function readPeriod(event: RequestEvent, values: Record<string, string>, id: string) {
  const t = textsFor(event)
  const check = new Check(values, t)
  const bp = parsePercent(values.percent ?? '')
  if (bp === null) check.refuse(`percent-${id}`, t('console.finance.fees.percentFault'))
  const startsOn = values.startsOn ?? ''
  if (!isDay(startsOn)) check.refuse(`startsOn-${id}`, t('console.finance.vat.dayMissing'))
  return { check, period: { startsOn, bp: bp ?? 0 } }
}
