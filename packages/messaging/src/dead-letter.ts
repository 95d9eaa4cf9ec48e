import type { Message } from './message.ts'

/** A message that a queue has given up on; it does nothing until a person decides. */
export interface DeadLetter {
  /** What to call it by. The message id, or a digest of a body that is no message: two copies are the same letter. */
  key: string
  /** The message id, or '' when the body was not a message. */
  id: string
  type: string
  /** Null when the body was not a message. */
  message: Message | null
  /** The body that was not a message, as text, shortened; null when it was one. */
  raw: string | null
  attempts: number
  error: string
  /** RFC 3339 UTC. */
  diedAt: string
}

export interface DeadLetterPage {
  /** Default 100. */
  limit?: number | undefined
  /** Only what comes after this one. */
  after?: Pick<DeadLetter, 'diedAt' | 'key'> | undefined
}

/** Which letters of a queue: those with these keys, or all there are at this moment. */
export type Selection = 'all' | readonly string[]

/**
 * The dead letters of each queue, for a person at a command or a screen. Unlike the rest of the port, these throw when
 * the broker is away. Whatever is put back is handled at most once in effect: its inbox remembers what was done.
 */
export interface DeadLetters {
  count(queue: string): Promise<number>
  /** Those that died first come first. They stay where they are. */
  list(queue: string, page?: DeadLetterPage): Promise<DeadLetter[]>
  find(queue: string, key: string): Promise<DeadLetter | undefined>
  /** Puts them back into their queue with their attempts forgotten. Returns how many. */
  replay(queue: string, selection: Selection): Promise<number>
  /** Puts `message` into the queue in place of the letter; false when there is no such letter. */
  mend(queue: string, key: string, message: Message): Promise<boolean>
  /** Throws them away for good. Returns how many. */
  discard(queue: string, selection: Selection): Promise<number>
}

export const DEFAULT_PAGE = 100
/** Longest `raw` that is shown. */
export const RAW_MAX = 10_000

export function isSelected(selection: Selection, key: string): boolean {
  return selection === 'all' || selection.includes(key)
}
