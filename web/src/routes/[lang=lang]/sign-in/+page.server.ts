import { type Actions, fail, redirect } from '@sveltejs/kit'
import { call } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import { Check } from '#web/forms/check.server.ts'
import { refusalOf, refuse, shownValues, textsFor, textValues } from '#web/forms/refusal.server.ts'
import { safeNext } from '#web/session/next.server.ts'
import type { SessionAnswer } from '#web/session/refresh.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = ({ url, locals, params }) => {
  const next = safeNext(url.searchParams.get('next'), `/${params.lang}/account/orders`)
  if (locals.visitor.user && !url.searchParams.has('next')) redirect(303, next)
  const has = (name: string) => url.searchParams.has(name)
  return { next, confirmed: has('confirmed'), reset: has('reset'), undone: has('undone') }
}

export const actions: Actions = {
  default: async (event) => {
    const values = textValues(await event.request.formData())
    const t = textsFor(event)
    const check = new Check(values, t)
    const email = check.required('email')
    const password = check.required('password')
    if (check.failed) return refuse(400, values, check.faults)
    try {
      const { body } = await call<SessionAnswer>(event, 'accounts', '/v1/sessions', {
        method: 'POST',
        body: { email, password },
      })
      await event.locals.visitor.signIn(body)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.code === 'email-unconfirmed') {
        await call(event, 'accounts', '/v1/email-confirmation-requests', { method: 'POST', body: { email } })
        return fail(403, { values: shownValues(values), faults: [], problem: t('account.unconfirmed') })
      }
      if (error.status === 401)
        return fail(401, { values: shownValues(values), faults: [], problem: t('account.wrong') })
      return refusalOf(event, error, values)
    }
    redirect(303, safeNext(values.next, `/${event.params.lang}/account/orders`))
  },
}
