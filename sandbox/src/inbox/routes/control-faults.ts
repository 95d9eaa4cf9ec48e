import { Type } from 'typebox'
import { oneOf } from '../../one-of.ts'
import type { App } from '../../server.ts'
import { FAULTS, STAGES } from '../faults.ts'
import type { Context } from '../service.ts'

const body = Type.Object(
  {
    next: oneOf([...FAULTS, 'ok']),
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
    to: Type.Optional(Type.String({ minLength: 3, maxLength: 320 })),
    at: Type.Optional(oneOf(STAGES)),
  },
  { additionalProperties: false },
)

/** GET, POST /control : orders what the next deliveries meet. */
export function controlFaults(app: App, ctx: Context): void {
  app.get('/control', async () => ctx.faults)
  app.post('/control', { schema: { body } }, async (request) => {
    const { next, count = 1, to, at = 'rcpt' } = request.body
    const stage = next === 'stall' || next === 'drop' ? 'data' : at
    ctx.faults.next = next === 'ok' ? null : { fault: next, at: stage, count, ...(to && { to: to.toLowerCase() }) }
    return ctx.faults
  })
}
