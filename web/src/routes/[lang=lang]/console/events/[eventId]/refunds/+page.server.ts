import { type Actions, type RequestEvent, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import type { Page, RefundPolicy, RefundRun, RefundTotals, TicketTypes } from '#web/api/types.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import { intentionKey } from '#web/tickets/placing.server.ts'
import { policyField, readPolicy } from '#web/tickets/policy-form.server.ts'
import { refundProblem, refundRefusal } from '#web/tickets/refund-refusal.server.ts'
import type { PageServerLoad } from './$types'

/** Which tickets to refund is in the page's address; the totals come before the button. */
export const load: PageServerLoad = async (event) => {
  event.depends('console:sales')
  const base = `/v1/events/${event.params.eventId}`
  const { searchParams } = event.url
  const typeIds = searchParams.getAll('type')
  const asked = searchParams.has('asked') && (searchParams.get('scope') !== 'types' || typeIds.length > 0)
  const ticketTypeIds = searchParams.get('scope') === 'types' ? typeIds : []
  const force = searchParams.has('force')
  const [policy, runs, types, dry] = await Promise.all([
    need<RefundPolicy>(event, 'tickets', `${base}/refund-policy`),
    call<Page<RefundRun>>(event, 'tickets', `${base}/refund-runs`, { as: 'visitor' }).catch(orNothing),
    call<TicketTypes>(event, 'tickets', `${base}/ticket-types`, { as: 'visitor' }).catch(orNothing),
    asked ? preview(event, { ticketTypeIds, force }) : { totals: null, problem: null },
  ])
  return {
    policy: policy.body,
    etag: policy.etag ?? `"v${policy.body.version}"`,
    runs: runs?.body.items ?? null,
    types: (types?.body.items ?? []).map(({ id, name }) => ({ id, name })),
    currency: types?.body.currency ?? 'EUR',
    scope: searchParams.get('scope') === 'types' ? 'types' : 'all',
    missing: searchParams.has('asked') && !asked,
    typeIds,
    force,
    ...dry,
    requestKey: crypto.randomUUID(),
    saved: searchParams.has('saved'),
    started: searchParams.has('started'),
  }
}

export const actions: Actions = {
  run: async (event) => {
    const values = textValues(await event.request.formData())
    const { searchParams } = event.url
    if (values.sure !== 'on') {
      return refuse(400, values, [{ field: 'sure', message: textsFor(event)('console.run.sureMissing') }])
    }
    const body = {
      ticketTypeIds: searchParams.get('scope') === 'types' ? searchParams.getAll('type') : [],
      force: searchParams.has('force'),
      expectedAmountMinor: Number(values.amountMinor),
      ...(values.note ? { note: values.note } : {}),
    }
    try {
      await call(event, 'tickets', `/v1/events/${event.params.eventId}/refund-runs`, {
        method: 'POST',
        body,
        idempotencyKey: intentionKey('refund-run', event.params.eventId ?? '', values.requestKey ?? ''),
        as: 'visitor',
      })
    } catch (error) {
      return refundRefusal(event, error, values)
    }
    redirect(303, `${event.url.pathname}?started=1#runs`)
  },

  policy: async (event) => {
    const values = textValues(await event.request.formData())
    const path = `/v1/events/${event.params.eventId}/refund-policy`
    try {
      if (values.own !== 'own') await call(event, 'tickets', path, { method: 'DELETE', as: 'visitor' })
      else {
        const { check, body } = readPolicy(values, textsFor(event))
        if (check.failed) return refuse(400, values, check.faults)
        await call(event, 'tickets', path, { method: 'PUT', body, ifMatch: values.etag ?? '*', as: 'visitor' })
      }
    } catch (error) {
      return refusalOf(event, error, values, policyField)
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },
}

async function preview(
  event: RequestEvent,
  wish: { ticketTypeIds: string[]; force: boolean },
): Promise<{ totals: RefundTotals | null; problem: string | null }> {
  try {
    const path = `/v1/events/${event.params.eventId}/refund-runs`
    const body = { ...wish, dryRun: true }
    return {
      totals: (await call<RefundTotals>(event, 'tickets', path, { method: 'POST', body, as: 'visitor' })).body,
      problem: null,
    }
  } catch (error) {
    if (error instanceof ApiError) return { totals: null, problem: refundProblem(event, error) }
    throw error
  }
}

function orNothing(error: unknown): null {
  if (error instanceof ApiError) return null
  throw error
}
