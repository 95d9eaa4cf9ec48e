import { configuration } from '#web/config.server.ts'
import { catalogueFor } from '#web/messages/catalogue.server.ts'
import { otherLanguage, preferredLanguage } from '#web/messages/language.ts'
import type { LayoutServerLoad } from './$types'

export const load: LayoutServerLoad = ({ params, request, route, url, locals, cookies }) => {
  const language = params.lang
  // Remembered only for who reads another language than their browser asks for: most visitors get no cookie.
  if (preferredLanguage(cookies.get('guichet_lang'), request.headers.get('accept-language')) !== language) {
    const secure = url.protocol === 'https:'
    cookies.set('guichet_lang', language, { path: '/', maxAge: 31_536_000, sameSite: 'lax', httpOnly: true, secure })
  }
  const { user } = locals.visitor
  const { publicUrl } = configuration().config
  const query = new URLSearchParams([...url.searchParams].filter(([name]) => !name.startsWith('/')))
  const path = url.pathname.replace(/^\/(fr|en)/, '')
  const search = query.size > 0 ? `?${query}` : ''
  return {
    language,
    messages: catalogueFor(language, route.id),
    user: user ? { name: user.name, admin: user.admin } : null,
    switchTo: `/${otherLanguage(language)}${path}${search}`,
    /** Where search engines find this page in each language; pages with secrets or somebody's code have none. */
    canonical: ['key', 'token', 'code'].some((name) => query.has(name)) ? null : { base: publicUrl, path, search },
  }
}
