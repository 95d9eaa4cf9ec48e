import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../problem.ts'

/** Lets only the holder of the API key through; hashes are compared, so neither content nor length shows in the time taken. */
export function authenticate(apiKey: string) {
  const expected = digest(`Bearer ${apiKey}`)
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) return
    reply.header('www-authenticate', 'Bearer realm="payments"')
    throw new Problem(401, 'unauthenticated', 'The API key is missing or wrong.')
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest()
