import { type Actions, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import { Check } from '#web/forms/check.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import type { MailSettings } from '#web/messaging/templates.ts'
import type { PageServerLoad } from './$types'

const pathOf = (organizerId = '') => `/v1/organizers/${organizerId}/mail-settings`

export const load: PageServerLoad = async (event) => {
  const path = pathOf(event.params.organizerId)
  const { body } = await need<MailSettings>(event, 'notifications', path, { as: 'visitor' })
  return { settings: body, saved: event.url.searchParams.has('saved') }
}

export const actions: Actions = {
  default: async (event) => {
    const values = textValues(await event.request.formData())
    const t = textsFor(event)
    const check = new Check(values, t)
    const { senderName = '', replyTo = '', accent = '', footerEn, footerFr, postalAddress } = values
    if (/[@<>"\\,;:/]/.test(senderName)) check.refuse('senderName', t('console.sender.nameFault'))
    if (replyTo && !/^[^\s@]+@[^\s@]+$/.test(replyTo)) check.refuse('replyTo', t('console.sender.replyToFault'))
    if (check.failed) return refuse(400, values, check.faults)
    try {
      await call(event, 'notifications', pathOf(event.params.organizerId), {
        method: 'PUT',
        body: {
          senderName: senderName || null,
          replyTo: replyTo || null,
          accent: values.ownAccent ? accent : null,
          footer: { ...(footerEn ? { en: footerEn } : {}), ...(footerFr ? { fr: footerFr } : {}) },
          postalAddress: postalAddress?.replaceAll('\r\n', '\n') || null,
        },
        ifMatch: `"v${Number(values.version) || 0}"`,
        as: 'visitor',
      })
    } catch (problem) {
      return refusalOf(event, problem, values)
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },
}
