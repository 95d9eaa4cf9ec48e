import { Type } from 'typebox'
import { oneOf } from '../../one-of.ts'
import type { App } from '../../server.ts'
import type { Context } from '../context.ts'
import { defaultOperations, OPERATIONS, REQUEST_FAULTS, WEBHOOK_MODES } from '../faults.ts'

const body = Type.Object(
  {
    webhooks: Type.Optional(oneOf(WEBHOOK_MODES)),
    copies: Type.Optional(Type.Integer({ minimum: 2, maximum: 100 })),
    delaySeconds: Type.Optional(Type.Number({ minimum: 0, maximum: 345_600 })),
    slowSeconds: Type.Optional(Type.Number({ minimum: 0, maximum: 60 })),
    next: Type.Optional(oneOf([...REQUEST_FAULTS, 'ok'])),
    on: Type.Optional(oneOf(OPERATIONS)),
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
  },
  { additionalProperties: false },
)

/** GET, POST /control : orders faults for what comes next; what is not named stays as it is. */
export function controlFaults(app: App, ctx: Context): void {
  app.get('/control', async () => ctx.faults)
  app.post('/control', { schema: { body } }, async (request) => {
    const { next, on, count = 1, ...webhookFaults } = request.body
    Object.assign(ctx.faults, webhookFaults)
    if (next === 'ok') ctx.faults.next = null
    else if (next) ctx.faults.next = { fault: next, on: on ? [on] : defaultOperations(next), count }
    return ctx.faults
  })
}
