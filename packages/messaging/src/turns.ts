import type { Outcome } from './bus.ts'
import type { Message } from './message.ts'

/**
 * Publishes many messages at the same time, those of one subject one after another: the next leaves when the one before
 * is confirmed. When one fails, the later ones of its subject that are already here fail unsent, or they would overtake it.
 */
export function createTurns(
  send: (message: Message) => Promise<Outcome>,
): (messages: readonly Message[]) => Promise<Outcome[]> {
  const last = new Map<string, Promise<Outcome>>()
  const failed = new Set<string>()
  let calls = 0

  function inTurn(message: Message): Promise<Outcome> {
    const { subject } = message
    const before = last.get(subject)
    const attempt = () => (failed.has(subject) ? ('failed' as const) : send(message))
    const mine = (before === undefined ? Promise.resolve(attempt()) : before.then(attempt)).then((outcome) => {
      if (outcome === 'failed') failed.add(subject)
      if (last.get(subject) === mine) last.delete(subject)
      return outcome
    })
    last.set(subject, mine)
    return mine
  }

  return async (messages) => {
    calls++
    try {
      return await Promise.all(messages.map(inTurn))
    } finally {
      calls--
      if (calls === 0) failed.clear()
    }
  }
}
