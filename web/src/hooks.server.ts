import type { Handle, HandleServerError } from '@sveltejs/kit/hooks'
import { ApiError } from './api/problem.ts'
import { configuration } from './config.server.ts'
import { compress } from './gateway/compress.server.ts'
import { pageHeaders } from './gateway/headers.server.ts'
import { isLanguage } from './messages/language.ts'
import { Visitor } from './session/visitor.server.ts'

export const handle: Handle = async ({ event, resolve }) => {
  event.locals.visitor = await Visitor.from(event)
  const language = isLanguage(event.params.lang) ? event.params.lang : 'en'
  const response = await resolve(event, {
    transformPageChunk: ({ html }) => html.replace('<html lang="en" data-guichet-lang>', `<html lang="${language}">`),
  })
  const { config } = configuration()
  for (const [name, value] of pageHeaders(event, response, config)) response.headers.set(name, value)
  return compress(event, response)
}

/** Nothing internal leaves: the page says what its status means, the log says why. */
export const handleError: HandleServerError = ({ kind, error, event }) => {
  if (kind !== 'unknown') return
  if (error instanceof ApiError && error.status < 600) return { status: error.status, message: error.code }
  const cause = error instanceof Error ? error.stack : String(error)
  process.stderr.write(`${JSON.stringify({ level: 'error', route: event.route.id, cause })}\n`)
}
