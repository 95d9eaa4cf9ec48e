import { type Actions, fail, redirect } from '@sveltejs/kit'
import { call } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import { refusalOf, textsFor, textValues } from '#web/forms/refusal.server.ts'
import type { SessionAnswer } from '#web/session/refresh.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = ({ url }) => ({ token: url.searchParams.get('token') ?? '' })

export const actions: Actions = {
  default: async (event) => {
    const { token } = textValues(await event.request.formData())
    try {
      const path = '/v1/admin-links/redemptions'
      const { body } = await call<SessionAnswer>(event, 'accounts', path, { method: 'POST', body: { token } })
      await event.locals.visitor.signIn(body)
    } catch (error) {
      if (error instanceof ApiError && error.status < 500 && error.code !== 'rate-limited') {
        return fail(error.status, { values: {}, faults: [], problem: textsFor(event)('adminLink.used') })
      }
      return refusalOf(event, error, {})
    }
    redirect(303, `/${event.params.lang}/console`)
  },
}
