import { hash, randomUUID } from 'node:crypto'
import { type Actions, error, redirect } from '@sveltejs/kit'
import { call } from '#web/api/call.server.ts'
import { refusalOf, refuse, textsFor } from '#web/forms/refusal.server.ts'
import type { BulkMessage } from '#web/messaging/bulk.ts'
import { eventOfMessage } from '#web/messaging/bulk-event.server.ts'
import { bulkField, bulkValues, checkBulk, firstText } from '#web/messaging/bulk-form.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const eventId = event.url.searchParams.get('event')
  if (!eventId) error(404)
  return {
    ...(await eventOfMessage(event, eventId)),
    values: {
      key: randomUUID(),
      [`body.${event.params.lang}`]: firstText(textsFor(event)),
    } as Record<string, string>,
  }
}

export const actions: Actions = {
  default: async (event) => {
    const values = bulkValues(await event.request.formData())
    const eventId = event.url.searchParams.get('event') ?? ''
    const { about } = await eventOfMessage(event, eventId)
    const { check, body } = checkBulk(values, about.timeZone, textsFor(event))
    if (check.failed) return refuse(400, values, check.faults)
    let made: BulkMessage
    try {
      const options = {
        method: 'POST' as const,
        body: { organizerId: event.params.organizerId, eventId, ...body },
        // A second click makes no second draft; other words after the way back do.
        idempotencyKey: hash('sha256', `${values.key}${JSON.stringify(body)}`),
        as: 'visitor' as const,
      }
      made = (await call<BulkMessage>(event, 'notifications', '/v1/bulk-messages', options)).body
    } catch (problem) {
      return refusalOf(event, problem, values, bulkField)
    }
    redirect(303, event.url.pathname.replace(/new$/, made.id))
  },
}
