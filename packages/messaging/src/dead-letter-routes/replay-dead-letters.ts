import type { App } from '@guichet/server'
import { Type } from 'typebox'
import { administrator, Keys, type Place } from './place.ts'

const response = { 200: Type.Object({ replayed: Type.Integer() }) }

/** POST /v1/dead-letters/replay: back into the queue, attempts forgotten. */
export function replayDeadLetters(app: App, { bus, Queue }: Place): void {
  app.post(
    '/v1/dead-letters/replay',
    {
      schema: {
        operationId: 'replayDeadLetters',
        summary: 'Put messages back into their queue; what was handled meanwhile has no second effect',
        body: Type.Object({ queue: Queue, keys: Keys }),
        response,
      },
    },
    async (request) => {
      const { userId: actor } = administrator(request)
      const { queue, keys } = request.body
      const replayed = await bus().deadLetters.replay(queue, keys)
      request.log.warn({ queue, keys, replayed, actor }, 'dead letters replayed')
      return { replayed }
    },
  )
}
