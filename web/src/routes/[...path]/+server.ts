import { redirect } from '@sveltejs/kit'
import { preferredLanguage } from '#web/messages/language.ts'
import type { RequestHandler } from './$types'

/** An address without a language: the same one in the visitor's. */
export const GET: RequestHandler = ({ cookies, request, url }) => {
  const language = preferredLanguage(cookies.get('guichet_lang'), request.headers.get('accept-language'))
  redirect(303, `/${language}${url.pathname}${url.search}`)
}
