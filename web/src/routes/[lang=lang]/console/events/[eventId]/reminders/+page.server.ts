import { type Actions, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import type { ReminderRule, ReminderRules } from '#web/api/reminders.ts'
import { checkReminder, previewReminder, reminderField, reminderValues } from '#web/events/reminder-form.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const { event: ours } = await event.parent()
  const saved = event.url.searchParams.get('saved')
  // Notifications hears of an event when it is published.
  if (ours.status === 'draft') return { rules: null, saved }
  const path = `/v1/events/${event.params.eventId}/reminder-rules`
  const { body } = await need<ReminderRules>(event, 'notifications', path, { as: 'visitor' })
  return { rules: body, saved }
}

export const actions: Actions = {
  preview: previewReminder,

  create: async (event) => {
    const values = reminderValues(await event.request.formData())
    const { check, body } = checkReminder(values, textsFor(event))
    if (check.failed) return refuse(400, values, check.faults)
    try {
      const path = `/v1/events/${event.params.eventId}/reminder-rules`
      await call<ReminderRule>(event, 'notifications', path, { method: 'POST', body, as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, values, reminderField)
    }
    redirect(303, `${event.url.pathname}?saved=made`)
  },

  remove: async (event) => {
    const { id = '' } = textValues(await event.request.formData())
    try {
      await call(event, 'notifications', `/v1/reminder-rules/${id}`, { method: 'DELETE', as: 'visitor' })
    } catch (error) {
      // Sent twice: it is gone, as was asked.
      if (!(error instanceof ApiError) || error.status !== 404) return refusalOf(event, error, {})
    }
    redirect(303, `${event.url.pathname}?saved=removed`)
  },
}
