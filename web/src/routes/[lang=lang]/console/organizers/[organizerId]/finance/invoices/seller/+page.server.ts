import { type Actions, error, type RequestEvent, redirect } from '@sveltejs/kit'
import { call, toSignIn } from '#web/api/call.server.ts'
import type { Seller } from '#web/api/finance.ts'
import { ApiError } from '#web/api/problem.ts'
import { Check } from '#web/forms/check.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

const pathOf = (event: RequestEvent) => `/v1/organizers/${event.params.organizerId}/seller`
const PREFIX = /^[A-Z0-9][A-Z0-9/-]{0,11}$/

export const load: PageServerLoad = async (event) => ({
  seller: await findSeller(event),
  saved: event.url.searchParams.has('saved'),
})

/** `null` until somebody says who sells. */
async function findSeller(event: RequestEvent): Promise<Seller | null> {
  try {
    return (await call<Seller>(event, 'tickets', pathOf(event), { as: 'visitor' })).body
  } catch (problem) {
    if (!(problem instanceof ApiError)) throw problem
    if (problem.status === 404) return null
    if (problem.status === 401) toSignIn(event)
    error(problem.status, problem.message)
  }
}

export const actions: Actions = {
  default: async (event) => {
    const values = textValues(await event.request.formData())
    const t = textsFor(event)
    const check = new Check(values, t)
    check.required('name')
    if (!values.address) check.refuse('address', t('console.finance.seller.addressMissing'))
    if (!/^[A-Z]{2}$/.test(values.country ?? '')) check.refuse('country', t('console.finance.seller.countryMissing'))
    const prefixes = { invoicePrefix: '', creditNotePrefix: '' }
    for (const field of ['invoicePrefix', 'creditNotePrefix'] as const) {
      prefixes[field] = (values[field] ?? '').toUpperCase()
      if (!PREFIX.test(prefixes[field])) check.refuse(field, t('console.finance.seller.prefixFault'))
    }
    if (check.failed) return refuse(400, values, check.faults)
    const { name, address, country, vatNumber, registration, note } = values
    const optional = { vatNumber: vatNumber || null, registration: registration || null, note: note || null }
    try {
      await call(event, 'tickets', pathOf(event), {
        method: 'PUT',
        body: { name, address, country, ...optional, ...prefixes },
        ifMatch: `"v${Number(values.version) || 0}"`,
        as: 'visitor',
      })
    } catch (problem) {
      return refusalOf(event, problem, values)
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },
}
