import { redirect } from '@sveltejs/kit'
import { preferredLanguage } from '#web/messages/language.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = ({ cookies, request, setHeaders }) => {
  setHeaders({ vary: 'Accept-Language, Cookie' })
  redirect(303, `/${preferredLanguage(cookies.get('guichet_lang'), request.headers.get('accept-language'))}`)
}
