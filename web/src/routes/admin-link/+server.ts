import { redirect } from '@sveltejs/kit'
import { preferredLanguage } from '#web/messages/language.ts'
import type { RequestHandler } from './$types'

/** The address that the command line prints has no language yet. */
export const GET: RequestHandler = ({ cookies, request, url }) => {
  const language = preferredLanguage(cookies.get('guichet_lang'), request.headers.get('accept-language'))
  redirect(303, `/${language}/admin-link${url.search}`)
}
