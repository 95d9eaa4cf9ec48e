import { call } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import { textsFor, textValues } from '#web/forms/refusal.server.ts'
import type { Translate } from '#web/messages/text.ts'
import { findingText } from '#web/messaging/finding-text.ts'
import { previewPage } from '#web/messaging/preview-page.server.ts'
import { formLanguage, pathOf, wordsFrom } from '#web/messaging/template-form.server.ts'
import type { TemplatePreview } from '#web/messaging/templates.ts'
import type { RequestHandler } from './$types'

/** A document for the editor's frame: the mail in the words of its form, and what is wrong with them. */
export const POST: RequestHandler = async (event) => {
  const values = textValues(await event.request.formData())
  const language = formLanguage(values)
  const t = textsFor(event)
  const page = { language: event.params.lang, title: t('console.templates.preview') }
  try {
    const path = `${pathOf(event, language)}/preview`
    const body = wordsFrom(values, language)
    const answer = await call<TemplatePreview>(event, 'notifications', path, { method: 'POST', body, as: 'visitor' })
    const { mail, real, faults, warnings } = answer.body
    return previewPage({
      ...page,
      notes: [...faults, ...warnings].map((finding) => findingText(t, finding)),
      head: mail
        ? [
            [t('console.templates.subject'), mail.subject],
            ...attached(t, mail.attachments ?? []),
            ['', t(real ? 'console.templates.real' : 'console.templates.sample')],
          ]
        : [],
      mail: mail?.html ?? null,
    })
  } catch (problem) {
    if (!(problem instanceof ApiError)) throw problem
    const { errors = [], title } = problem.problem
    const notes = errors.length > 0 ? errors.map(({ pointer, detail }) => `${pointer}: ${detail}`) : [title]
    return previewPage({ ...page, notes, head: [], mail: null })
  }
}

function attached(t: Translate, names: string[]): [string, string][] {
  return names.length > 0 ? [[t('console.templates.attached'), names.join(', ')]] : []
}
