import { type Actions, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import type { WaitingEntry } from '#web/api/types.ts'
import { refusalOf } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

/** What an entry is to whoever waits: once offered, what became of the hold. */
type Standing = 'waiting' | 'left' | 'offered' | 'bought' | 'over' | 'cancelled'

const pathOf = (entryId: string | undefined) => `/v1/waiting-entries/${entryId}`

/** An entry as its link opens it. A link alone never leaves the list: mail programs open links by themselves. */
export const load: PageServerLoad = async (event) => {
  const key = event.url.searchParams.get('key') ?? ''
  const { body } = await need<WaitingEntry>(event, 'tickets', pathOf(event.params.entryId), { entrySecret: key })
  return { entry: body, standing: standingOf(body), key }
}

function standingOf({ state, order, event }: WaitingEntry): Standing {
  if (state === 'left') return 'left'
  if (event.status === 'cancelled') return 'cancelled'
  if (state === 'waiting' || order?.state === 'held') return state
  return order?.state === 'confirmed' ? 'bought' : 'over'
}

export const actions: Actions = {
  leave: async (event) => {
    const key = event.url.searchParams.get('key') ?? ''
    try {
      await call(event, 'tickets', pathOf(event.params.entryId), { method: 'DELETE', entrySecret: key })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, `${event.url.pathname}?${new URLSearchParams({ key })}`)
  },
}
