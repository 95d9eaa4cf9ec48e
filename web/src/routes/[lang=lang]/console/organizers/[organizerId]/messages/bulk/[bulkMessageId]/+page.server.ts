import { type Actions, fail, type RequestEvent, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import { roleAt } from '#web/finance/read.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import type { BulkMessage, BulkRecipients } from '#web/messaging/bulk.ts'
import { eventOfMessage } from '#web/messaging/bulk-event.server.ts'
import { bulkField, bulkValues, checkBulk, valuesOf } from '#web/messaging/bulk-form.server.ts'
import { toInstant, toLocal } from '#web/time/local-time.server.ts'
import type { PageServerLoad } from './$types'

const pathOf = (event: RequestEvent, act = '') => `/v1/bulk-messages/${event.params.bulkMessageId}${act}`
const read = (event: RequestEvent) => need<BulkMessage>(event, 'notifications', pathOf(event), { as: 'visitor' })
/** A hundred thousand orders are counted one by one. */
const COUNT_MS = 20_000

export const load: PageServerLoad = async (event) => {
  event.depends('console:sales')
  const [{ body: message, etag }, role] = await Promise.all([read(event), roleAt(event, event.params.organizerId)])
  const ahead = message.state === 'draft' || message.state === 'scheduled'
  const [about, recipients] = await Promise.all([
    eventOfMessage(event, message.eventId),
    ahead ? countOf(event) : Promise.resolve(null),
  ])
  const { timeZone } = about.about
  return {
    ...about,
    message,
    etag: etag ?? `"v${message.version}"`,
    recipients,
    values: valuesOf(message, timeZone),
    /** An hour from now: what the field for later begins with. */
    later: toLocal(new Date(Date.now() + 3_600_000).toISOString(), timeZone),
    mayWrite: role === null || role === 'owner' || role === 'manager',
    done: event.url.searchParams.get('done'),
  }
}

/** `null` while tickets does not answer. */
async function countOf(event: RequestEvent): Promise<BulkRecipients | null> {
  try {
    const options = { as: 'visitor' as const, timeoutMs: COUNT_MS }
    return (await call<BulkRecipients>(event, 'notifications', pathOf(event, '/recipients'), options)).body
  } catch (error) {
    if (error instanceof ApiError) return null
    throw error
  }
}

export const actions: Actions = {
  save: async (event) => {
    const values = bulkValues(await event.request.formData())
    const { about } = await eventOfMessage(event, (await read(event)).body.eventId)
    const { check, body } = checkBulk(values, about.timeZone, textsFor(event))
    if (check.failed) return refuse(400, values, check.faults)
    try {
      const ifMatch = values.etag ?? '*'
      await call(event, 'notifications', pathOf(event), { method: 'PATCH', body, ifMatch, as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, values, bulkField)
    }
    redirect(303, `${event.url.pathname}?done=saved`)
  },

  test: async (event) => {
    const { language } = textValues(await event.request.formData())
    try {
      const options = { method: 'POST' as const, body: { language }, as: 'visitor' as const, timeoutMs: 30_000 }
      const { body } = await call<{ reply: string }>(event, 'notifications', pathOf(event, '/test'), options)
      return { values: {}, faults: [], tested: body.reply }
    } catch (error) {
      // The mail server's own words help whoever sets it up.
      if (error instanceof ApiError && error.code === 'mail-refused') {
        return fail(502, { values: {}, faults: [], problem: `${error.problem.title} ${error.problem.detail ?? ''}` })
      }
      return refusalOf(event, error, {})
    }
  },

  schedule: async (event) => {
    const values = textValues(await event.request.formData())
    const t = textsFor(event)
    const { about } = await eventOfMessage(event, (await read(event)).body.eventId)
    const at = values.when === 'later' ? toInstant(values.at ?? '', about.timeZone) : undefined
    if (at === null) return refuse(400, values, [{ field: 'at', message: t('console.bulk.noTime') }])
    if (at !== undefined && Date.parse(at) < Date.now()) {
      return refuse(400, values, [{ field: 'at', message: t('console.bulk.past') }])
    }
    if (values.sure !== 'on') return refuse(400, values, [{ field: 'sure', message: t('console.bulk.sureMissing') }])
    try {
      const body = at ? { at } : {}
      const ifMatch = values.etag ?? ''
      await call(event, 'notifications', pathOf(event, '/schedule'), { method: 'POST', body, ifMatch, as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, values)
    }
    redirect(303, `${event.url.pathname}?done=${at ? 'scheduled' : 'sending'}`)
  },

  unschedule: async (event) => {
    try {
      await call(event, 'notifications', pathOf(event, '/schedule'), { method: 'DELETE', as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, `${event.url.pathname}?done=unscheduled`)
  },

  cancel: async (event) => {
    try {
      await call(event, 'notifications', pathOf(event, '/cancellation'), { method: 'POST', as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, `${event.url.pathname}?done=cancelled`)
  },
}
