/** What notifications answers of one message to one recipient, as far as pages use it. */
export interface Delivery {
  id: string
  kind: string
  channel: 'email' | 'sms'
  orderId: string | null
  eventId: string | null
  recipient: string | null
  state: 'pending' | 'sending' | 'retrying' | 'sent' | 'delivered' | 'bounced' | 'failed' | 'skipped'
  attempts: number
  lastError: string | null
  /** The mail server's or the SMS provider's last words. */
  providerReply: string | null
  /** Why it was not to be sent. */
  skipReason: string | null
  resendOf: string | null
  sentAt: string | null
  deliveredAt: string | null
  bouncedAt: string | null
  createdAt: string
}
