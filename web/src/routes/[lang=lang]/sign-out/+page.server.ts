import { type Actions, redirect } from '@sveltejs/kit'
import { call } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = ({ params }) => redirect(303, `/${params.lang}/account`)

export const actions: Actions = {
  default: async (event) => {
    const everywhere = event.url.searchParams.has('everywhere')
    try {
      const path = everywhere ? '/v1/sessions' : '/v1/sessions/current'
      await call(event, 'accounts', path, { method: 'DELETE', as: 'visitor' })
    } catch (error) {
      // While `accounts` is away the session ends here at least.
      if (!(error instanceof ApiError)) throw error
    }
    event.locals.visitor.signOut()
    redirect(303, `/${event.params.lang}`)
  },
}
