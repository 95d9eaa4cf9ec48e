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

/** The delivery (a UUID) that such an address names; undefined when we did not make it. */
export function deliveryOfReturnPath(key: Buffer, address: string): string | undefined {
  const match = /\+([0-9a-z]{26})-([0-9a-f]+)@/i.exec(address)
  const [id, given] = [match?.[1]?.toLowerCase() ?? '', Buffer.from(match?.[2]?.toLowerCase() ?? '')]
  const expected = Buffer.from(tag(key, id))
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  return parseId('dlv', `dlv_${id}`)
}

/** Letters that survive a server which writes addresses in small letters. */
function tag(key: Buffer, id: string): string {
  return createHmac('sha256', key).update(`return ${id}`).digest('hex').slice(0, TAG_CHARACTERS)
}
