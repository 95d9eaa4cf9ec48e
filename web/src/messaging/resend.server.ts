import { type RequestEvent, redirect } from '@sveltejs/kit'
import { call } from '../api/call.server.ts'
import { refusalOf, textValues } from '../forms/refusal.server.ts'

/** Sends the message of a form again (`retry`: the same one; `resend`: one more), and comes back to the page. */
export async function actOnDelivery(event: RequestEvent, act: 'retry' | 'resend') {
  const { delivery = '' } = textValues(await event.request.formData())
  try {
    const path = `/v1/deliveries/${encodeURIComponent(delivery)}/${act}`
    await call(event, 'notifications', path, { method: 'POST', as: 'visitor' })
  } catch (error) {
    return refusalOf(event, error, {})
  }
  const back = new URL(event.url)
  back.search = ''
  const cursor = event.url.searchParams.get('state')
  redirect(303, `${back.pathname}?saved=1${cursor ? `&state=${encodeURIComponent(cursor)}` : ''}`)
}
