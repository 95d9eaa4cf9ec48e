import { randomUUID } from 'node:crypto'
import { type Actions, type RequestEvent, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import { zoneOf } from '#web/finance/read.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import { readEndpoint } from '#web/messaging/webhook-form.server.ts'
import type { WebhookEndpoint, WebhookSecret } from '#web/messaging/webhooks.ts'
import type { PageServerLoad } from './$types'

const pathOf = (event: RequestEvent) => `/v1/webhook-endpoints/${event.params.endpointId}`
const HOURS = ['0', '24', '72', '168']

export const load: PageServerLoad = async (event) => {
  const { body, etag } = await need<WebhookEndpoint>(event, 'notifications', pathOf(event), { as: 'visitor' })
  const asked = event.url.searchParams
  // Only when somebody wants to see them.
  const secrets = asked.has('secrets')
    ? (await need<{ items: WebhookSecret[] }>(event, 'notifications', `${pathOf(event)}/secrets`, { as: 'visitor' }))
        .body.items
    : null
  const timeZone = await zoneOf(event, event.params.organizerId)
  const [saved, rotated] = [asked.has('saved'), asked.has('rotated')]
  return { endpoint: body, etag: etag ?? '*', secrets, timeZone, key: randomUUID(), saved, rotated }
}

export const actions: Actions = {
  change: async (event) => {
    const values = textValues(await event.request.formData())
    const { check, terms } = readEndpoint(values, textsFor(event))
    if (check.failed) return refuse(400, values, check.faults)
    try {
      const options = { method: 'PATCH', body: terms, ifMatch: values.etag ?? '*', as: 'visitor' } as const
      await call(event, 'notifications', pathOf(event), options)
    } catch (error) {
      return refusalOf(event, error, values)
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },

  rotate: async (event) => {
    const { hours = '24', key = '' } = textValues(await event.request.formData())
    const body = { oldValidForHours: Number(HOURS.find((known) => known === hours) ?? 24) }
    const options = { method: 'POST', body, idempotencyKey: key, as: 'visitor' } as const
    try {
      await call(event, 'notifications', `${pathOf(event)}/secret-rotations`, options)
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, `${event.url.pathname}?rotated=1&secrets=1#secret`)
  },

  switch: async (event) => {
    const { enabled } = textValues(await event.request.formData())
    try {
      const body = { enabled: enabled === 'on' }
      // A switch means the same whatever else was changed meanwhile.
      await call(event, 'notifications', pathOf(event), { method: 'PATCH', body, ifMatch: '*', as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, event.url.pathname.replace(/\/settings$/, enabled === 'on' ? '#replay' : ''))
  },

  remove: async (event) => {
    try {
      await call(event, 'notifications', pathOf(event), { method: 'DELETE', as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, event.url.pathname.replace(/\/[^/]+\/settings$/, '?removed=1'))
  },
}
