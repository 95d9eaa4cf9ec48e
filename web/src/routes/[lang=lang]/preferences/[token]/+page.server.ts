import type { Actions, RequestEvent } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import type { Preferences } from '#web/api/preferences.ts'
import { refusalOf, textsFor, textValues } from '#web/forms/refusal.server.ts'
import { choiceName, choiceWording } from '#web/messaging/preferences.ts'
import { WORDING_VERSION } from '#web/tickets/consents.ts'
import { languageOf } from '#web/tickets/order.server.ts'
import type { PageServerLoad } from './$types'

const pathOf = (token: string | undefined) => `/v1/preferences/${encodeURIComponent(token ?? '')}`

/** What may come to the address that this link was sent to. The link alone changes nothing: mail programs open links. */
export const load: PageServerLoad = async (event) => {
  const { body } = await need<Preferences>(event, 'notifications', pathOf(event.params.token))
  return { preferences: body }
}

export const actions: Actions = {
  save: async (event) => {
    const values = textValues(await event.request.formData())
    const t = textsFor(event)
    return save(event, values, (choice) => ({
      ...choice,
      granted: values[choiceName(choice)] === 'on',
      wording: { text: choiceWording(choice, t), version: WORDING_VERSION },
    }))
  },
  /** Everything that is sent without having been bought. */
  none: (event) => save(event, {}, (choice) => ({ ...choice, granted: false })),
}

async function save(
  event: RequestEvent,
  values: Record<string, string>,
  wish: (choice: Preferences['choices'][number]) => object,
) {
  try {
    const { body } = await call<Preferences>(event, 'notifications', pathOf(event.params.token))
    const choices = body.choices.map(wish)
    await call(event, 'notifications', pathOf(event.params.token), {
      method: 'PUT',
      body: { language: languageOf(event), choices },
    })
    return { values, faults: [], saved: true }
  } catch (error) {
    return refusalOf(event, error, values)
  }
}
