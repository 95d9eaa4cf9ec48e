import { type Actions, error, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import type { ReminderRule, ReminderRules } from '#web/api/reminders.ts'
import { checkReminder, previewReminder, reminderField, reminderValues } from '#web/events/reminder-form.server.ts'
import { refusalOf, refuse, textsFor } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

/** One reminder that has not gone. There are at most twenty of an event: the list has it. */
export const load: PageServerLoad = async (event) => {
  const path = `/v1/events/${event.params.eventId}/reminder-rules`
  const { body } = await need<ReminderRules>(event, 'notifications', path, { as: 'visitor' })
  const rule = body.items.find(({ id }) => id === event.params.ruleId)
  if (!rule) error(404)
  return { rule, timeZone: body.timeZone }
}

export const actions: Actions = {
  preview: previewReminder,

  save: async (event) => {
    const values = reminderValues(await event.request.formData())
    const { check, body } = checkReminder(values, textsFor(event))
    if (check.failed) return refuse(400, values, check.faults)
    const ifMatch = `"v${Number(values.version) || 0}"`
    try {
      const path = `/v1/reminder-rules/${event.params.ruleId}`
      await call<ReminderRule>(event, 'notifications', path, { method: 'PATCH', body, ifMatch, as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, values, reminderField)
    }
    redirect(303, `/${event.params.lang}/console/events/${event.params.eventId}/reminders?saved=changed`)
  },
}
