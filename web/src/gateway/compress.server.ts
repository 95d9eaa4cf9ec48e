import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { RequestEvent } from '@sveltejs/kit'

const gzipped = promisify(gzip)
const SMALLEST_BYTES = 1_400

/**
 * Compresses a page for browsers that take it. Only pages without secrets: compressing what an attacker may influence
 * together with a secret tells its length (BREACH).
 */
export async function compress(event: RequestEvent, response: Response): Promise<Response> {
  const html = response.headers.get('content-type')?.startsWith('text/html')
  const wanted = /\bgzip\b/.test(event.request.headers.get('accept-encoding') ?? '')
  if (!html || !wanted || event.locals.visitor.user || event.url.searchParams.has('key')) return response
  const body = Buffer.from(await response.arrayBuffer())
  const headers = new Headers(response.headers)
  headers.append('vary', 'Accept-Encoding')
  if (body.length < SMALLEST_BYTES) return new Response(body, { status: response.status, headers })
  const compressed = await gzipped(body, { level: 5 })
  headers.set('content-encoding', 'gzip')
  headers.set('content-length', String(compressed.length))
  return new Response(compressed, { status: response.status, headers })
}
