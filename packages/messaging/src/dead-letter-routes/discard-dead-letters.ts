import type { App } from '@guichet/server'
import { Type } from 'typebox'
import { administrator, Keys, type Place } from './place.ts'

const response = { 200: Type.Object({ discarded: Type.Integer() }) }

/** POST /v1/dead-letters/discard: gone for good; who and why stay in the log. */
export function discardDeadLetters(app: App, { bus, Queue }: Place): void {
  app.post(
    '/v1/dead-letters/discard',
    {
      schema: {
        operationId: 'discardDeadLetters',
        summary: 'Throw messages away for good, with the reason in the log',
        body: Type.Object({ queue: Queue, keys: Keys, reason: Type.String({ minLength: 3, maxLength: 500 }) }),
        response,
      },
    },
    async (request) => {
      const { userId: actor } = administrator(request)
      const { queue, keys, reason } = request.body
      const discarded = await bus().deadLetters.discard(queue, keys)
      request.log.warn({ queue, keys, discarded, reason, actor }, 'dead letters discarded')
      return { discarded }
    },
  )
}
