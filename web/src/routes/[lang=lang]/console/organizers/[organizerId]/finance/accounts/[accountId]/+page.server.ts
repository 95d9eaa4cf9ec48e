import { type Actions, type RequestEvent, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import type { PaymentAccount } from '#web/api/finance.ts'
import { accountField, readAccount, withoutSecrets } from '#web/finance/account-form.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

const pathOf = (event: RequestEvent) => `/v1/payment-accounts/${event.params.accountId}`

export const load: PageServerLoad = async (event) => {
  const { body, etag } = await need<PaymentAccount>(event, 'tickets', pathOf(event), { as: 'visitor' })
  const asked = event.url.searchParams
  return {
    account: body,
    etag: etag ?? '*',
    /** A provider cannot post to a laptop. */
    local: /^https?:\/\/(localhost|127\.|\[::1\])/.test(body.webhookUrl ?? ''),
    made: asked.has('made'),
    saved: asked.has('saved'),
  }
}

export const actions: Actions = {
  check: async (event) => {
    try {
      await call(event, 'tickets', `${pathOf(event)}/check`, {
        method: 'POST',
        body: {},
        as: 'visitor',
        timeoutMs: CHECK_TIMEOUT_MS,
      })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    // What came of it is kept with the account.
    redirect(303, `${event.url.pathname}#check`)
  },

  switch: async (event) => {
    const { enabled } = textValues(await event.request.formData())
    try {
      const body = { enabled: enabled === 'on' }
      // A switch means the same whatever else was changed meanwhile.
      await call(event, 'tickets', pathOf(event), { method: 'PATCH', body, ifMatch: '*', as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, `${event.url.pathname}?saved=1#switch`)
  },

  change: async (event) => {
    const values = textValues(await event.request.formData())
    const { body } = await need<PaymentAccount>(event, 'tickets', pathOf(event), { as: 'visitor' })
    const { check, terms } = readAccount(values, { ...body, known: true }, textsFor(event))
    const shown = withoutSecrets(values)
    if (check.failed) return refuse(400, shown, check.faults)
    try {
      const options = { method: 'PATCH', body: terms, ifMatch: values.etag ?? '*', as: 'visitor' } as const
      await call(event, 'tickets', pathOf(event), options)
    } catch (error) {
      return refusalOf(event, error, shown, accountField)
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },

  remove: async (event) => {
    try {
      await call(event, 'tickets', pathOf(event), { method: 'DELETE', as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, event.url.pathname.replace(/\/[^/]+$/, '?removed=1'))
  },
}

/** A provider is asked several things. */
const CHECK_TIMEOUT_MS = 30_000
