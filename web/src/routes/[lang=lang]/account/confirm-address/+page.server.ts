import { type Actions, fail, redirect } from '@sveltejs/kit'
import type { PendingEmail, User } from '#web/api/account.ts'
import { call, need } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import { refusalOf, textsFor, textValues } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

/** Mail programs open links to look at them: only the button uses up the token, and only signed in to the account. */
export const load: PageServerLoad = async (event) => {
  const { body: user } = await need<User>(event, 'accounts', '/v1/users/me', { as: 'visitor' })
  const waiting = await call<PendingEmail>(event, 'accounts', '/v1/users/me/email-change', { as: 'visitor' }).catch(
    (error: unknown) => {
      if (error instanceof ApiError && error.status === 404) return null
      throw error
    },
  )
  return {
    token: event.url.searchParams.get('token') ?? '',
    present: user.email,
    email: waiting?.body.email ?? null,
  }
}

export const actions: Actions = {
  default: async (event) => {
    const { token } = textValues(await event.request.formData())
    try {
      const path = '/v1/users/me/email-change/confirmation'
      await call(event, 'accounts', path, { method: 'POST', body: { token }, as: 'visitor' })
    } catch (error) {
      if (error instanceof ApiError && error.code === 'link-invalid') {
        return fail(400, { values: {}, faults: [], problem: textsFor(event)('account.linkUsed') })
      }
      return refusalOf(event, error, {})
    }
    // The session knows the address, for checkouts.
    await event.locals.visitor.renew()
    redirect(303, `/${event.params.lang}/account?saved=email`)
  },
}
