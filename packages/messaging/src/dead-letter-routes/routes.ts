import { DomainError } from '@guichet/problem'
import type { App } from '@guichet/server'
import { discardDeadLetters } from './discard-dead-letters.ts'
import { getDeadLetter } from './get-dead-letter.ts'
import { listDeadLetters } from './list-dead-letters.ts'
import { mendDeadLetterRoute } from './mend-dead-letter.ts'
import { type DeadLetterOptions, type Place, queueOf } from './place.ts'
import { replayDeadLetters } from './replay-dead-letters.ts'
import { watchDeadLetters } from './watch-dead-letters.ts'

/** Rows for the access table of a service that consumes: the handlers admit the platform's administrator alone. */
export const DEAD_LETTER_ACCESS = {
  listDeadLetters: 'user',
  getDeadLetter: 'user',
  replayDeadLetters: 'user',
  mendDeadLetter: 'user',
  discardDeadLetters: 'user',
} as const

/** `/v1/dead-letters` of a service: what its queues have given up on, for the platform's administrator. */
export function addDeadLetterRoutes(app: App, { queues, bus }: DeadLetterOptions): void {
  const place: Place = {
    queues,
    Queue: queueOf(queues),
    bus() {
      const found = bus()
      if (!found?.ready()) throw new DomainError('unavailable')
      return found
    },
  }
  listDeadLetters(app, place)
  getDeadLetter(app, place)
  replayDeadLetters(app, place)
  mendDeadLetterRoute(app, place)
  discardDeadLetters(app, place)
  watchDeadLetters(app, { queues, bus })
}
