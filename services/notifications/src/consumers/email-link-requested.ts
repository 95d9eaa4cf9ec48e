import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { addDeliveries } from '../deliveries/add-deliveries.ts'
import { uuidOf } from '../message-ids.ts'

interface EmailLinkRequested {
  userId: string
  purpose: string
  locale: string
}

/**
 * accounts.email-link-requested.v1 → a mail with a link, once per request. The link itself is fetched when the mail is
 * sent: no secret travels on the broker or lies in a table.
 */
export function onEmailLinkRequested(now: () => Date) {
  return async (tx: Tx, { id, data }: Message<EmailLinkRequested>): Promise<void> => {
    const userId = uuidOf('usr', data.userId)
    if (!isPurpose(data.purpose)) throw new Error('The message asks for a link of an unknown purpose')
    await addDeliveries(tx, now(), [
      {
        source: id,
        kind: data.purpose,
        channel: 'email',
        recipientKey: userId,
        userId,
        language: data.locale === 'fr' ? 'fr' : 'en',
      },
    ])
  }
}

const PURPOSES = ['email-confirmation', 'password-reset', 'sign-up-repeated'] as const

function isPurpose(purpose: string): purpose is (typeof PURPOSES)[number] {
  return (PURPOSES as readonly string[]).includes(purpose)
}
