import { type Actions, fail, type RequestEvent, redirect } from '@sveltejs/kit'
import type { PendingEmail, User } from '#web/api/account.ts'
import { call, need } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import { Check } from '#web/forms/check.server.ts'
import { refusalOf, refuse, shownValues, textsFor, textValues } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const { body: user, etag } = await need<User>(event, 'accounts', '/v1/users/me', { as: 'visitor' })
  return {
    profile: { name: user.name, email: user.email, locale: user.locale, admin: user.admin },
    newEmail: (await pendingEmail(event))?.email ?? null,
    etag: etag ?? '',
    saved: event.url.searchParams.get('saved'),
  }
}

export const actions: Actions = {
  profile: async (event) => {
    const values = textValues(await event.request.formData())
    const check = new Check(values, textsFor(event))
    const name = check.required('name')
    if (check.failed) return refuse(400, values, check.faults)
    try {
      const body = { name, locale: values.locale }
      await call(event, 'accounts', '/v1/users/me', {
        method: 'PATCH',
        body,
        ifMatch: values.etag ?? '',
        as: 'visitor',
      })
      await event.locals.visitor.rename(name)
    } catch (error) {
      return refusalOf(event, error, values)
    }
    redirect(303, `/${event.params.lang}/account?saved=profile`)
  },

  email: async (event) => {
    const values = textValues(await event.request.formData())
    const check = new Check(values, textsFor(event))
    const email = check.email('newEmail')
    const password = check.required('emailPassword')
    if (check.failed) return refuse(400, values, check.faults)
    try {
      const body = { email, password }
      await call(event, 'accounts', '/v1/users/me/email-change', { method: 'PUT', body, as: 'visitor' })
    } catch (error) {
      return wrongPassword(error, 'emailPassword', event, values) ?? refusalOf(event, error, values, () => 'newEmail')
    }
    redirect(303, `/${event.params.lang}/account?saved=email-asked`)
  },

  withdraw: async (event) => {
    try {
      await call(event, 'accounts', '/v1/users/me/email-change', { method: 'DELETE', as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, `/${event.params.lang}/account?saved=email-withdrawn`)
  },

  password: async (event) => {
    const values = textValues(await event.request.formData())
    const check = new Check(values, textsFor(event))
    const currentPassword = check.required('currentPassword')
    const newPassword = check.password('newPassword')
    if (check.failed) return refuse(400, values, check.faults)
    try {
      const body = { currentPassword, newPassword }
      await call(event, 'accounts', '/v1/users/me/password', { method: 'PUT', body, as: 'visitor' })
    } catch (error) {
      return wrongPassword(error, 'currentPassword', event) ?? refusalOf(event, error, values)
    }
    redirect(303, `/${event.params.lang}/account?saved=password`)
  },

  remove: async (event) => {
    const values = textValues(await event.request.formData())
    const check = new Check(values, textsFor(event))
    const password = check.required('password')
    if (check.failed) return refuse(400, values, check.faults)
    try {
      await call(event, 'accounts', '/v1/users/me', { method: 'DELETE', body: { password }, as: 'visitor' })
    } catch (error) {
      return wrongPassword(error, 'password', event) ?? refusalOf(event, error, values)
    }
    event.locals.visitor.signOut()
    redirect(303, `/${event.params.lang}`)
  },
}

/** While `accounts` cannot say, the page is shown without it. */
async function pendingEmail(event: RequestEvent): Promise<PendingEmail | null> {
  try {
    return (await call<PendingEmail>(event, 'accounts', '/v1/users/me/email-change', { as: 'visitor' })).body
  } catch (error) {
    if (error instanceof ApiError) return null
    throw error
  }
}

function wrongPassword(error: unknown, field: string, event: RequestEvent, values: Record<string, string> = {}) {
  if (!(error instanceof ApiError) || !['password-wrong', 'credentials-invalid'].includes(error.code)) return null
  return fail(403, {
    values: shownValues(values),
    faults: [{ field, message: textsFor(event)('account.wrongPassword') }],
  })
}
