/** The services that consume messages, and so can have dead letters. */
export const CONSUMING = ['events', 'notifications', 'tickets'] as const
export type Consuming = (typeof CONSUMING)[number]

/** A message that a queue gave up on. */
export interface DeadLetter {
  key: string
  queue: string
  id: string | null
  type: string | null
  subject: string | null
  attempts: number
  error: string
  diedAt: string
}

export interface WholeDeadLetter extends DeadLetter {
  message: object | null
  raw: string | null
}

export interface DeadLetters {
  items: DeadLetter[]
  nextCursor: string | null
  queues: { queue: string; count: number }[]
}
