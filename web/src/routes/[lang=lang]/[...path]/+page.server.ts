import { error } from '@sveltejs/kit'
import type { PageServerLoad } from './$types'

/** Unknown addresses get the error page of their language. */
export const load: PageServerLoad = () => error(404, 'not-found')
