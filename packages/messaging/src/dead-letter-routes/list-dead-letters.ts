import { DomainError } from '@guichet/problem'
import { type App, decodeCursor, encodeCursor } from '@guichet/server'
import { Type } from 'typebox'
import { administrator, Letter, letterAnswer, type Place } from './place.ts'

/** GET /v1/dead-letters of one queue, those that died first come first; with how many there are in each. */
export function listDeadLetters(app: App, { queues, bus, Queue }: Place): void {
  const querystring = Type.Object({
    queue: Type.Optional(Queue),
    cursor: Type.Optional(Type.String({ maxLength: 300 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  })
  const response = {
    200: Type.Object({
      items: Type.Array(Letter),
      nextCursor: Type.Union([Type.String(), Type.Null()]),
      queues: Type.Array(Type.Object({ queue: Type.String(), count: Type.Integer() })),
    }),
  }
  app.get(
    '/v1/dead-letters',
    {
      schema: {
        operationId: 'listDeadLetters',
        summary: 'List the messages that a queue gave up on, those that died first come first',
        querystring,
        response,
      },
    },
    async (request) => {
      administrator(request)
      const { queue = queues[0], cursor, limit = 50 } = request.query
      const after = cursor === undefined ? undefined : position(cursor)
      const { deadLetters } = bus()
      const letters = await deadLetters.list(queue, { limit: limit + 1, after })
      const last = letters.length > limit ? letters[limit - 1] : undefined
      const counts = queues.map(async (name) => ({ queue: name, count: await deadLetters.count(name) }))
      return {
        items: letters.slice(0, limit).map((letter) => letterAnswer(queue, letter)),
        nextCursor: last ? encodeCursor([last.diedAt, last.key]) : null,
        queues: await Promise.all(counts),
      }
    },
  )
}

function position(cursor: string): { diedAt: string; key: string } {
  const [diedAt, key] = decodeCursor(cursor, 2).map(String) as [string, string]
  if (!Number.isNaN(Date.parse(diedAt))) return { diedAt, key }
  const errors = [{ pointer: 'cursor', detail: 'is not a cursor of this list' }]
  throw new DomainError('request-invalid', {}, { errors })
}
