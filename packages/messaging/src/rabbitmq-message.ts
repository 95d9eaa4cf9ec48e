import type { AsyncMessage, SyncMessage } from 'rabbitmq-client'
import { isMessage, type Message } from './message.ts'
import { ATTEMPT } from './rabbitmq-topology.ts'
import { SUSPECT_FROM } from './suspects.ts'

export type Delivered = AsyncMessage | SyncMessage

export const CONTENT_TYPE = 'application/cloudevents+json'

export function attemptOf(delivered: Delivered): number {
  const attempt = Number(delivered.headers?.[ATTEMPT] ?? 1)
  return Number.isInteger(attempt) && attempt > 0 ? attempt : 1
}

/** The broker counts how often a message came back unanswered. */
export function isSuspect(delivered: Delivered): boolean {
  return Number(delivered.headers?.['x-delivery-count'] ?? 0) >= SUSPECT_FROM
}

/** The properties that a message keeps wherever it is moved. */
export function identity({ messageId }: Pick<Delivered, 'messageId'>) {
  return { contentType: CONTENT_TYPE, ...(messageId ? { messageId } : {}) }
}

export function toBytes(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

/** Null when the body is none. The client has parsed what says that it is JSON. */
export function toMessage(body: unknown): Message | null {
  try {
    const value: unknown = Buffer.isBuffer(body) || typeof body === 'string' ? JSON.parse(String(body)) : body
    return isMessage(value) ? value : null
  } catch {
    return null
  }
}
