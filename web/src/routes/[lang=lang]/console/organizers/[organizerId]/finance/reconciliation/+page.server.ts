import { randomUUID } from 'node:crypto'
import { type Actions, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import type { Difference, ReconciliationRun } from '#web/api/finance.ts'
import type { Page } from '#web/api/types.ts'
import { refusalOf, textValues } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  event.depends('console:reconciliation')
  const asked = (name: string) => event.url.searchParams.get(name) ?? ''
  const state = (['repaired', 'gone'] as const).find((one) => one === asked('state')) ?? 'open'
  const base = `/v1/organizers/${event.params.organizerId}`
  const [{ body: runs }, { body: differences }] = await Promise.all([
    need<Page<ReconciliationRun>>(event, 'tickets', `${base}/reconciliation-runs`, {
      query: { limit: '10' },
      as: 'visitor',
    }),
    need<Page<Difference>>(event, 'tickets', `${base}/reconciliation-differences`, {
      query: { state, cursor: asked('cursor'), limit: '50' },
      as: 'visitor',
    }),
  ])
  return { runs: runs.items, differences, state, key: randomUUID(), repaired: asked('repaired') !== '' }
}

export const actions: Actions = {
  start: async (event) => {
    const { key = '' } = textValues(await event.request.formData())
    const path = `/v1/organizers/${event.params.organizerId}/reconciliation-runs`
    try {
      await call(event, 'tickets', path, { method: 'POST', body: {}, idempotencyKey: key, as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, event.url.pathname)
  },

  repair: async (event) => {
    const { id = '' } = textValues(await event.request.formData())
    let after: Difference
    try {
      const path = `/v1/reconciliation-differences/${id}/repair`
      const options = { method: 'POST', body: {}, as: 'visitor', timeoutMs: REPAIR_TIMEOUT_MS } as const
      after = (await call<Difference>(event, 'tickets', path, options)).body
    } catch (error) {
      return refusalOf(event, error, {})
    }
    // One that stays open says itself why.
    redirect(303, event.url.pathname + (after.state === 'open' ? `#${id}` : '?repaired=1'))
  },
}

/** A provider may have to be asked. */
const REPAIR_TIMEOUT_MS = 30_000
