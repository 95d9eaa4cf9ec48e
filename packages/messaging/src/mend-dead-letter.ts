import type { Bus } from './bus.ts'
import { checkMessage, type Fault } from './check-message.ts'
import type { Message } from './message.ts'

export type Mending = 'mended' | 'missing' | Fault[]

/**
 * Puts a message that a person has written into the queue in place of a dead letter, when it keeps its contract and,
 * being the same fact, its id: by that the inbox knows whether it was handled meanwhile.
 */
export async function mendDeadLetter(bus: Bus, queue: string, key: string, message: unknown): Promise<Mending> {
  const letter = await bus.deadLetters.find(queue, key)
  if (!letter) return 'missing'
  const faults = await checkMessage(message)
  if (faults.length > 0) return faults
  const mended = message as Message
  if (letter.id && letter.id !== mended.id) return [{ pointer: '/id', detail: `must stay ${letter.id}` }]
  return (await bus.deadLetters.mend(queue, key, mended)) ? 'mended' : 'missing'
}
