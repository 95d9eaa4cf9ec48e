import type { FastifyReply, FastifyRequest } from 'fastify'

/** How long a request that we pretend to have lost stays open, if the caller does not give up first. */
const HANG_MS_MAX = 60_000

/** Never answers: what a caller sees when its request, or our answer, is lost on the way. */
export function hang(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack()
  const { socket } = request.raw
  const timer = setTimeout(() => socket.destroy(), HANG_MS_MAX)
  socket.once('close', () => clearTimeout(timer))
  return reply
}
