import { type Actions, error, type RequestEvent, redirect } from '@sveltejs/kit'
import { call, toSignIn } from '#web/api/call.server.ts'
import { CONSUMING, type Consuming, type DeadLetters } from '#web/api/dead-letters.ts'
import { ApiError } from '#web/api/problem.ts'
import { refusalOf, textValues } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const parts = await Promise.all(CONSUMING.map((service) => partOf(event, service)))
  return { parts, done: Number(event.url.searchParams.get('done') ?? -1) }
}

/** The queues of one service, each with a page of its letters: the first, or the one that was asked for. */
async function partOf(event: RequestEvent, service: Consuming) {
  const { searchParams } = event.url
  const asked = searchParams.get('service') === service ? searchParams.get('queue') : null
  const first = await lettersOf(event, service, {})
  if (!first) return { service, queues: null }
  const queues = await Promise.all(
    first.queues.map(async ({ queue, count }) => {
      const cursor = asked === queue ? (searchParams.get('cursor') ?? '') : ''
      const page = count > 0 ? await lettersOf(event, service, { queue, cursor }) : null
      return { queue, count, letters: page?.items ?? [], next: page?.nextCursor ?? null }
    }),
  )
  return { service, queues }
}

/** Null when the service or its broker is away: the others are still shown. */
async function lettersOf(event: RequestEvent, service: Consuming, query: Record<string, string>) {
  try {
    const { body } = await call<DeadLetters>(event, service, '/v1/dead-letters', { query, as: 'visitor' })
    return body
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown
    if (thrown.status === 401) toSignIn(event)
    // To anyone else, there is nothing here.
    if (thrown.status === 403) error(404)
    return null
  }
}

export const actions: Actions = {
  replay: async (event) => {
    const { service = '', queue = '' } = textValues(await event.request.formData())
    const known = CONSUMING.find((one) => one === service)
    if (!known) error(404)
    try {
      const body = { queue, keys: 'all' }
      const { body: answer } = await call<{ replayed: number }>(event, known, '/v1/dead-letters/replay', {
        method: 'POST',
        body,
        as: 'visitor',
      })
      redirect(303, `${event.url.pathname}?done=${answer.replayed}`)
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown
      return refusalOf(event, thrown, {})
    }
  },
}
