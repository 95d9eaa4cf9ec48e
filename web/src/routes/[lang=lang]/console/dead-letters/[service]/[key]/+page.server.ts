import { type Actions, error, type RequestEvent, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import { CONSUMING, type WholeDeadLetter } from '#web/api/dead-letters.ts'
import { ApiError } from '#web/api/problem.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const { service, path, queue } = placeOf(event)
  const { body } = await need<WholeDeadLetter>(event, service, path, { query: { queue }, as: 'visitor' })
  return { letter: body, service, text: body.message ? JSON.stringify(body.message, null, 2) : '' }
}

function placeOf(event: RequestEvent) {
  const service = CONSUMING.find((one) => one === event.params.service)
  if (!service) error(404)
  const key = event.params.key ?? ''
  const queue = event.url.searchParams.get('queue') ?? service
  return { service, key, queue, path: `/v1/dead-letters/${encodeURIComponent(key)}` }
}

const toList = (event: RequestEvent, done: number) =>
  redirect(303, `/${event.params.lang}/console/dead-letters?done=${done}`)

export const actions: Actions = {
  replay: async (event) => {
    const { service, key, queue } = placeOf(event)
    const body = { queue, keys: [key] }
    try {
      await call(event, service, '/v1/dead-letters/replay', { method: 'POST', body, as: 'visitor' })
    } catch (thrown) {
      return refusalOf(event, thrown, {})
    }
    toList(event, 1)
  },

  mend: async (event) => {
    const { service, path, queue } = placeOf(event)
    const values = textValues(await event.request.formData())
    const message = parsed(values.message ?? '')
    if (!message)
      return refuse(422, values, [{ field: 'message', message: textsFor(event)('console.deadLetters.notJson') }])
    try {
      await call(event, service, `${path}/mend`, { method: 'POST', body: { queue, message }, as: 'visitor' })
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown
      // Each fault names the place in the message: they all belong to the one field.
      const faults = (thrown.problem.errors ?? []).map(({ pointer, detail }) => {
        return { field: 'message', message: `${pointer.replace(/^\/message/, '') || '/'}: ${detail}` }
      })
      return faults.length > 0 ? refuse(thrown.status, values, faults) : refusalOf(event, thrown, values)
    }
    toList(event, 1)
  },

  discard: async (event) => {
    const { service, key, queue } = placeOf(event)
    const values = textValues(await event.request.formData())
    const body = { queue, keys: [key], reason: values.reason ?? '' }
    try {
      await call(event, service, '/v1/dead-letters/discard', { method: 'POST', body, as: 'visitor' })
    } catch (thrown) {
      return refusalOf(event, thrown, values)
    }
    toList(event, 0)
  },
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
