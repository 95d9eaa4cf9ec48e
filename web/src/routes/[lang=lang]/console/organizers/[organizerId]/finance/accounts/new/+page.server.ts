import { randomUUID } from 'node:crypto'
import { type Actions, redirect } from '@sveltejs/kit'
import { call } from '#web/api/call.server.ts'
import type { AccountProvider, PaymentAccount } from '#web/api/finance.ts'
import { accountField, PROVIDERS, readAccount, withoutSecrets } from '#web/finance/account-form.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

const providerOf = (url: URL): AccountProvider | undefined =>
  PROVIDERS.find((provider) => provider === url.searchParams.get('provider'))

export const load: PageServerLoad = (event) => {
  const provider = providerOf(event.url)
  if (!provider) redirect(303, event.url.pathname.replace(/\/new$/, '#add'))
  return { provider, key: randomUUID() }
}

export const actions: Actions = {
  default: async (event) => {
    const provider = providerOf(event.url) ?? 'stripe'
    const values = textValues(await event.request.formData())
    const mode = values.mode === 'test' || values.mode === 'live' ? values.mode : undefined
    const { check, terms } = readAccount(values, { provider, mode, known: false }, textsFor(event))
    const shown = withoutSecrets(values)
    if (check.failed) return refuse(400, shown, check.faults)
    let made: PaymentAccount
    try {
      const path = `/v1/organizers/${event.params.organizerId}/payment-accounts`
      const options = { method: 'POST', body: { provider, mode, ...terms }, idempotencyKey: values.key ?? '' } as const
      made = (await call<PaymentAccount>(event, 'tickets', path, { ...options, as: 'visitor' })).body
    } catch (error) {
      return refusalOf(event, error, shown, accountField)
    }
    redirect(303, event.url.pathname.replace(/new$/, `${made.id}?made=1`))
  },
}
