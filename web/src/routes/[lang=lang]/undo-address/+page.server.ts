import { type Actions, fail, redirect } from '@sveltejs/kit'
import { call } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import { Check } from '#web/forms/check.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = ({ url }) => ({ token: url.searchParams.get('token') ?? '' })

export const actions: Actions = {
  default: async (event) => {
    const values = textValues(await event.request.formData())
    const t = textsFor(event)
    const check = new Check(values, t)
    const password = check.password('newPassword')
    if (check.failed) return refuse(400, values, check.faults)
    try {
      await call(event, 'accounts', '/v1/email-change-undos', {
        method: 'POST',
        body: { token: values.token, password },
      })
    } catch (error) {
      if (error instanceof ApiError && error.code === 'link-invalid') {
        return fail(400, { values: {}, faults: [], problem: t('account.linkUsed') })
      }
      return refusalOf(event, error, values, () => 'newPassword')
    }
    // Every session of the account is over; the one of this browser may have been of it.
    event.locals.visitor.signOut()
    redirect(303, `/${event.params.lang}/sign-in?undone=1`)
  },
}
