import { DomainError } from '@guichet/problem'
import type { App } from '@guichet/server'
import { Type } from 'typebox'
import { mendDeadLetter } from '../mend-dead-letter.ts'
import { administrator, Key, type Place } from './place.ts'

const params = Type.Object({ key: Key })
const Message = Type.Object({}, { additionalProperties: true, description: 'The whole message, by its contract.' })

/** POST /v1/dead-letters/{key}/mend: another body in place of the one that died. */
export function mendDeadLetterRoute(app: App, { bus, Queue }: Place): void {
  app.post(
    '/v1/dead-letters/:key/mend',
    {
      schema: {
        operationId: 'mendDeadLetter',
        summary: 'Put a mended message into the queue in place of the one that died',
        params,
        body: Type.Object({ queue: Queue, message: Message }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { userId: actor } = administrator(request)
      const { key } = request.params
      const { queue, message } = request.body
      const mending = await mendDeadLetter(bus(), queue, key, message)
      if (mending === 'missing') throw new DomainError('not-found')
      if (mending !== 'mended') {
        const errors = mending.map(({ pointer, detail }) => ({ pointer: `/message${pointer}`, detail }))
        throw new DomainError('request-invalid', {}, { errors })
      }
      request.log.warn({ queue, key, actor }, 'dead letter mended')
      return reply.code(204).send(null)
    },
  )
}
