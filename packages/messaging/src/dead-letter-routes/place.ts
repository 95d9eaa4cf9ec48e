import { DomainError } from '@guichet/problem'
import { type UserPrincipal, userOf } from '@guichet/server'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Bus } from '../bus.ts'
import type { DeadLetter } from '../dead-letter.ts'

export interface DeadLetterOptions {
  /** The queues of this service. */
  queues: readonly [string, ...string[]]
  /** Undefined until the service has started. */
  bus: () => Bus | undefined
}

/** What the operations share. */
export interface Place {
  queues: DeadLetterOptions['queues']
  /** Refuses with 503 while the broker is away. */
  bus(): Bus
  Queue: ReturnType<typeof queueOf>
}

export const queueOf = (queues: DeadLetterOptions['queues']) => Type.Enum([...queues])

export const Key = Type.String({ minLength: 1, maxLength: 100 })
export const Keys = Type.Union([Type.Literal('all'), Type.Array(Key, { minItems: 1, maxItems: 200 })])

const Text = Type.Union([Type.String(), Type.Null()])

export const Letter = Type.Object({
  key: Type.String({ description: 'What to call it by in this queue.' }),
  queue: Type.String(),
  id: Type.Union([Type.String(), Type.Null()], { description: 'The message id; null when it is no message.' }),
  type: Text,
  subject: Text,
  attempts: Type.Integer(),
  error: Type.String(),
  diedAt: Type.String({ format: 'date-time' }),
})

export function letterAnswer(queue: string, letter: DeadLetter) {
  const { key, id, type, message, attempts, error, diedAt } = letter
  return { key, queue, id: id || null, type: type || null, subject: message?.subject ?? null, attempts, error, diedAt }
}

export function administrator(request: FastifyRequest): UserPrincipal {
  const user = userOf(request)
  if (!user.admin) throw new DomainError('forbidden')
  return user
}
