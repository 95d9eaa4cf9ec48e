import { createHmac, timingSafeEqual } from 'node:crypto'
import { parseId, toId } from '@guichet/server'

const TAG_CHARACTERS = 16

/**
 * Where a mail comes back to when it cannot be delivered: an envelope sender of its own for each message (VERP), because
 * many mail servers return nothing by which the message could be told. The tag keeps strangers from making up returns.
 */
export function returnPathOf(key: Buffer, bounceAddress: string, deliveryUuid: string): string {
  const at = bounceAddress.lastIndexOf('@')
  const id = toId('dlv', deliveryUuid).slice('dlv_'.length)
  return `${bounceAddress.slice(0, at)}+${id}-${tag(key, id)}${bounceAddress.slice(at)}`
}

const MARKS = /\+([0-9a-z]{26})-([0-9a-f]{16})@/gi
/** A mail has its own and those of what it returns; more is somebody who tries. */
const MARKS_MAX = 50

/**
 * The delivery (a UUID) whose way back a text holds: an address, or a whole mail. Undefined when we made none of it; who
 * knows one has seen that very message.
 */
export function deliveryOfReturnPath(key: Buffer, text: string): string | undefined {
  let tried = 0
  for (const [, id = '', given = ''] of text.matchAll(MARKS)) {
    if (++tried > MARKS_MAX) return undefined
    const expected = Buffer.from(tag(key, id.toLowerCase()))
    if (timingSafeEqual(Buffer.from(given.toLowerCase()), expected)) return parseId('dlv', `dlv_${id.toLowerCase()}`)
  }
  return undefined
}

/** Letters that survive a server which writes addresses in small letters. */
function tag(key: Buffer, id: string): string {
  return createHmac('sha256', key).update(`return ${id}`).digest('hex').slice(0, TAG_CHARACTERS)
}
