import { type Actions, fail, redirect } from '@sveltejs/kit'
import { call } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import { refusalOf, textsFor, textValues } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

/** Mail programs open links to look at them: only the button uses up the token. */
export const load: PageServerLoad = ({ url }) => ({ token: url.searchParams.get('token') ?? '' })

export const actions: Actions = {
  default: async (event) => {
    const { token } = textValues(await event.request.formData())
    try {
      await call(event, 'accounts', '/v1/email-confirmations', { method: 'POST', body: { token } })
    } catch (error) {
      if (error instanceof ApiError && error.status < 500) {
        return fail(error.status, { values: {}, faults: [], problem: textsFor(event)('account.linkUsed') })
      }
      return refusalOf(event, error, {})
    }
    redirect(303, `/${event.params.lang}/sign-in?confirmed=1`)
  },
}
