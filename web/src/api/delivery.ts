/** What notifications answers of one message to one recipient, as far as pages use it. */
export interface Delivery {
  id: string
  kind: string
  channel: 'email' | 'sms'
  orderId: string | null
  eventId: string | null
  organizerId: string | null
  recipient: string | null
  state: 'pending' | 'sending' | 'retrying' | 'sent' | 'delivered' | 'bounced' | 'failed' | 'skipped'
  attempts: number
  /** Null when there will be none. */
  nextAttemptAt: string | null
  /** `smtp` or who sends SMS; null before one took it. */
  provider: string | null
  /** Parts of an SMS. */
  segments: number | null
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

/** One conversation with a mail server or an SMS provider. */
export interface DeliveryAttempt {
  number: number
  beganAt: string
  endedAt: string | null
  /** Null while it goes on; `unknown`: no answer came. */
  outcome: 'sent' | 'put-off' | 'refused' | 'unknown' | null
  reply: string | null
}
