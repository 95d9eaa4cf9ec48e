import type { RequestEvent } from '@sveltejs/kit'
import { call } from '../api/call.server.ts'
import { ApiError } from '../api/problem.ts'

/** The picture chosen in the form, if any. */
export function imageOf(data: FormData): File | null {
  const file = data.get('image')
  return file instanceof File && file.size > 0 ? file : null
}

/** Sends a picture on to `events`; false when it was refused, so that the rest of the form is not lost with it. */
export async function uploadImage(event: RequestEvent, eventId: string, image: File): Promise<boolean> {
  const form = new FormData()
  form.set('image', image, image.name)
  try {
    await call(event, 'events', `/v1/events/${eventId}/image`, { method: 'PUT', form, as: 'visitor' })
    return true
  } catch (error) {
    if (error instanceof ApiError) return false
    throw error
  }
}
