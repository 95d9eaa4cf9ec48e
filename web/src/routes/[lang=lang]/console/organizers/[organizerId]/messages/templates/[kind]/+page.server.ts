import { type Actions, fail, type RequestEvent, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import { refusalOf, textsFor, textValues } from '#web/forms/refusal.server.ts'
import { formLanguage, pathOf, templateRefusal, wordsFrom } from '#web/messaging/template-form.server.ts'
import type { MailTemplate } from '#web/messaging/templates.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const [en, fr] = await Promise.all([read(event, 'en'), read(event, 'fr')])
  return { templates: { en, fr }, done: event.url.searchParams.get('done') }
}

async function read(event: RequestEvent, language: 'en' | 'fr') {
  const { body, etag } = await need<MailTemplate>(event, 'notifications', pathOf(event, language), { as: 'visitor' })
  return { ...body, etag: etag ?? `"v${body.version}"` }
}

export const actions: Actions = {
  save: async (event) => {
    const values = textValues(await event.request.formData())
    const language = formLanguage(values)
    try {
      const body = wordsFrom(values, language)
      const ifMatch = values.etag ?? '*'
      await call(event, 'notifications', pathOf(event, language), { method: 'PUT', body, ifMatch, as: 'visitor' })
    } catch (error) {
      return templateRefusal(event, error, values, language)
    }
    redirect(303, `${event.url.pathname}?done=saved-${language}#words-${language}`)
  },
  reset: async (event) => {
    const values = textValues(await event.request.formData())
    const language = formLanguage(values)
    try {
      await call(event, 'notifications', pathOf(event, language), { method: 'DELETE', as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, `${event.url.pathname}?done=reset-${language}#words-${language}`)
  },
  test: async (event) => {
    const values = textValues(await event.request.formData())
    const language = formLanguage(values)
    const t = textsFor(event)
    try {
      const path = `${pathOf(event, language)}/test`
      const body = wordsFrom(values, language)
      const { body: answer } = await call<{ reply: string }>(event, 'notifications', path, {
        method: 'POST',
        body,
        as: 'visitor',
        timeoutMs: 30_000,
      })
      return { values, faults: [], tested: { language, words: answer.reply } }
    } catch (error) {
      // The mail server's own words help whoever sets it up.
      if (error instanceof ApiError && error.code === 'mail-refused') {
        return fail(502, { values, faults: [], problem: `${error.problem.title} ${error.problem.detail ?? ''}` })
      }
      if (error instanceof ApiError && error.status >= 500) {
        return fail(error.status, { values, faults: [], problem: t('error.unavailable.text') })
      }
      return templateRefusal(event, error, values, language)
    }
  },
}
