import type { Actions } from '@sveltejs/kit'
import { call } from '#web/api/call.server.ts'
import { Check } from '#web/forms/check.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'

export const actions: Actions = {
  default: async (event) => {
    const values = textValues(await event.request.formData())
    const check = new Check(values, textsFor(event))
    const email = check.email('email')
    if (check.failed) return refuse(400, values, check.faults)
    try {
      await call(event, 'accounts', '/v1/password-reset-requests', { method: 'POST', body: { email } })
    } catch (error) {
      return refusalOf(event, error, values)
    }
    return { sentTo: email }
  },
}
