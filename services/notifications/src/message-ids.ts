import { parseId } from '@guichet/server'

/** The UUID of an id in a message. A message that lacks it can't be handled, now or later: it becomes a dead letter. */
export function uuidOf(prefix: string, id: unknown): string {
  const uuid = typeof id === 'string' ? parseId(prefix, id) : undefined
  if (uuid === undefined) throw new Error(`The message has no ${prefix}_ id where one belongs`)
  return uuid
}
