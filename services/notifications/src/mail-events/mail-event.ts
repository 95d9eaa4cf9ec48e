import { parseId } from '@guichet/server'

/** What somebody told us of a mail after it was taken. */
export interface MailEvent {
  /** A UUID. */
  deliveryId: string
  /** `delayed`: still being tried, by a server behind ours. */
  what: 'delivered' | 'delayed' | 'bounced' | 'complained'
  /** In the words of the recipient's server. */
  diagnostic: string | null
}

/** The delivery (a UUID) that a Message-ID of ours names. */
export function deliveryOfMessageId(messageId: string): string | undefined {
  const match = /<?(dlv_[0-9a-z]{26})@/.exec(messageId)
  return match?.[1] === undefined ? undefined : parseId('dlv', match[1])
}
