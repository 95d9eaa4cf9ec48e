import { type Actions, redirect } from '@sveltejs/kit'
import type { Member } from '#web/api/account.ts'
import { call, need } from '#web/api/call.server.ts'
import type { Page } from '#web/api/types.ts'
import { Check } from '#web/forms/check.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const path = `/v1/organizers/${event.params.organizerId}/members`
  const { body } = await need<Page<Member>>(event, 'accounts', path, { as: 'visitor' })
  return { members: body.items, me: event.locals.visitor.user?.id, saved: event.url.searchParams.has('saved') }
}

export const actions: Actions = {
  add: async (event) => {
    const values = textValues(await event.request.formData())
    const check = new Check(values, textsFor(event))
    const email = check.email('email')
    if (check.failed) return refuse(400, values, check.faults)
    try {
      const path = `/v1/organizers/${event.params.organizerId}/members`
      await call(event, 'accounts', path, { method: 'POST', body: { email, role: values.role }, as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, values)
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },

  change: async (event) => {
    const values = textValues(await event.request.formData())
    const path = `/v1/organizers/${event.params.organizerId}/members/${encodeURIComponent(values.userId ?? '')}`
    try {
      if (values.remove) await call(event, 'accounts', path, { method: 'DELETE', as: 'visitor' })
      else await call(event, 'accounts', path, { method: 'PATCH', body: { role: values.role }, as: 'visitor' })
      await event.locals.visitor.renew()
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },
}
