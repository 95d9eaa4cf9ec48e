import { Type } from 'typebox'
import { oneOf } from '../../one-of.ts'
import type { App } from '../../server.ts'
import { FAULTS } from '../faults.ts'
import type { Context } from '../service.ts'

const body = Type.Object(
  { next: oneOf([...FAULTS, 'ok']), count: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })) },
  { additionalProperties: false },
)

/** GET, POST /control : orders what the next messages meet. */
export function controlFaults(app: App, ctx: Context): void {
  app.get('/control', async () => ctx.faults)
  app.post('/control', { schema: { body } }, async (request) => {
    const { next, count = 1 } = request.body
    ctx.faults.next = next === 'ok' ? null : { fault: next, count }
    return ctx.faults
  })
}
