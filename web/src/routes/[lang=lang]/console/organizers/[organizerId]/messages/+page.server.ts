import { redirect } from '@sveltejs/kit'
import type { PageServerLoad } from './$types'

/** The first of the pages that the visitor may see. */
export const load: PageServerLoad = async (event) => {
  const { sections } = await event.parent()
  redirect(303, `${event.url.pathname.replace(/\/$/, '')}/${sections[0] ?? 'sent'}`)
}
