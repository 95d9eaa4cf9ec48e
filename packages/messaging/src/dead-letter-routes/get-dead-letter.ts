import { DomainError } from '@guichet/problem'
import type { App } from '@guichet/server'
import { Type } from 'typebox'
import { administrator, Key, Letter, letterAnswer, type Place } from './place.ts'

const params = Type.Object({ key: Key })
const response = {
  200: Type.Object({
    ...Letter.properties,
    message: Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()], {
      description: 'The message, a CloudEvents document.',
    }),
    raw: Type.Union([Type.String(), Type.Null()], { description: 'The body that is no message, as text, shortened.' }),
  }),
}

/** GET /v1/dead-letters/{key}: the whole message. */
export function getDeadLetter(app: App, { queues, bus, Queue }: Place): void {
  app.get(
    '/v1/dead-letters/:key',
    {
      schema: {
        operationId: 'getDeadLetter',
        summary: 'Show a message that a queue gave up on',
        params,
        querystring: Type.Object({ queue: Type.Optional(Queue) }),
        response,
      },
    },
    async (request) => {
      administrator(request)
      const { queue = queues[0] } = request.query
      const letter = await bus().deadLetters.find(queue, request.params.key)
      if (!letter) throw new DomainError('not-found')
      const { message, raw } = letter
      return { ...letterAnswer(queue, letter), message: message && { ...message }, raw }
    },
  )
}
