import { call } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import { textsFor } from '#web/forms/refusal.server.ts'
import type { BulkPreview } from '#web/messaging/bulk.ts'
import { findingText } from '#web/messaging/finding-text.ts'
import { previewPage } from '#web/messaging/preview-page.server.ts'
import type { RequestHandler } from './$types'

/** A document for a frame: the mail as the first of its recipients would get it. */
export const GET: RequestHandler = async (event) => {
  const t = textsFor(event)
  const page = { language: event.params.lang, title: t('console.templates.preview') }
  try {
    const language = event.url.searchParams.get('language') === 'en' ? 'en' : 'fr'
    const path = `/v1/bulk-messages/${event.params.bulkMessageId}/preview`
    const { body } = await call<BulkPreview>(event, 'notifications', path, { query: { language }, as: 'visitor' })
    return previewPage({
      ...page,
      notes: body.warnings.map((finding) => findingText(t, finding)),
      head: [
        [t('console.bulk.subject'), body.subject],
        ['', t(body.sample ? 'console.templates.sample' : 'console.bulk.real')],
      ],
      mail: body.html,
    })
  } catch (problem) {
    if (!(problem instanceof ApiError)) throw problem
    return previewPage({ ...page, notes: [problem.problem.title], head: [], mail: null })
  }
}
