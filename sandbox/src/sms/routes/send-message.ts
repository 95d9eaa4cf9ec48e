import { Type } from 'typebox'
import { hang } from '../../hang.ts'
import { Problem } from '../../problem.ts'
import type { App } from '../../server.ts'
import { takeFault } from '../faults.ts'
import type { Context } from '../service.ts'

const body = Type.Object(
  {
    to: Type.String({ pattern: '^\\+[1-9]\\d{6,14}$' }),
    from: Type.String({ minLength: 1, maxLength: 16 }),
    text: Type.String({ minLength: 1, maxLength: 1_600 }),
    idempotencyKey: Type.String({ minLength: 1, maxLength: 255 }),
  },
  { additionalProperties: false },
)

/** POST /messages : `to` is E.164; the same key with the same message gets the first answer again. */
export function sendMessage(app: App, ctx: Context): void {
  app.post('/messages', { schema: { body } }, async (request, reply) => {
    const fault = takeFault(ctx.faults)
    if (fault === 'timeout-before') return hang(request, reply)
    if (fault === '500-before') throw new Problem(500, 'internal', 'Something went wrong here.')
    if (fault === '429') {
      reply.header('retry-after', '1')
      throw new Problem(429, 'rate-limited', 'Too many requests.')
    }
    const answer = ctx.outbox.accept(request.body)
    await ctx.outbox.flushed()
    if (fault === 'timeout-after') return hang(request, reply)
    if (fault === '500-after') throw new Problem(500, 'internal', 'Something went wrong here.')
    return reply.code(201).send(answer)
  })
}
