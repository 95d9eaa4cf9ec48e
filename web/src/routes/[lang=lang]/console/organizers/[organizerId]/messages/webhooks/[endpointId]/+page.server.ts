import { randomUUID } from 'node:crypto'
import { type Actions, type RequestEvent, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import type { Page } from '#web/api/types.ts'
import { zoneOf } from '#web/finance/read.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import { WEBHOOK_STATES, type WebhookDelivery, type WebhookEndpoint } from '#web/messaging/webhooks.ts'
import { toInstant, toLocal } from '#web/time/local-time.server.ts'
import type { PageServerLoad } from './$types'

const pathOf = (event: RequestEvent) => `/v1/webhook-endpoints/${event.params.endpointId}`
const DAY_MS = 24 * 3_600_000

export const load: PageServerLoad = async (event) => {
  const asked = event.url.searchParams
  const state = WEBHOOK_STATES.find((known) => known === asked.get('state')) ?? ''
  const query = { state, cursor: asked.get('cursor') ?? '', limit: '25' }
  const [endpoint, log, timeZone] = await Promise.all([
    need<WebhookEndpoint>(event, 'notifications', pathOf(event), { as: 'visitor' }),
    need<Page<WebhookDelivery>>(event, 'notifications', `${pathOf(event)}/deliveries`, { query, as: 'visitor' }),
    zoneOf(event, event.params.organizerId ?? ''),
  ])
  return {
    endpoint: endpoint.body,
    webhooks: log.body.items,
    nextCursor: log.body.nextCursor,
    state,
    timeZone,
    key: randomUUID(),
    since: toLocal(endpoint.body.disabledAt ?? new Date(Date.now() - DAY_MS).toISOString(), timeZone),
    made: asked.has('made'),
    tried: asked.has('tried'),
    replayed: asked.get('replayed'),
  }
}

export const actions: Actions = {
  test: async (event) => {
    const { type = '' } = textValues(await event.request.formData())
    const body = { type, endpointId: event.params.endpointId }
    const path = `/v1/organizers/${event.params.organizerId}/test-events`
    try {
      await call(event, 'notifications', path, { method: 'POST', body, as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, `${event.url.pathname}?tried=1#log`)
  },

  replay: async (event) => {
    const values = textValues(await event.request.formData())
    const since = toInstant(values.since ?? '', await zoneOf(event, event.params.organizerId ?? ''))
    if (since === null) {
      return refuse(400, values, [{ field: 'since', message: textsFor(event)('console.webhooks.replay.sinceWrong') }])
    }
    const body = { since, which: values.which === 'all' ? 'all' : 'failed' }
    const options = { method: 'POST', body, idempotencyKey: values.key ?? '', as: 'visitor' } as const
    let count: number
    try {
      count = (await call<{ count: number }>(event, 'notifications', `${pathOf(event)}/replays`, options)).body.count
    } catch (error) {
      return refusalOf(event, error, values)
    }
    redirect(303, `${event.url.pathname}?replayed=${count}#log`)
  },
}
