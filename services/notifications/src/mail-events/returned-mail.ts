import { simpleParser } from 'mailparser'
import { deliveryOfMessageId, type MailEvent } from './mail-event.ts'

const READING = { keepDeliveryStatus: true, skipTextToHtml: true, skipHtmlToText: true, skipTextLinks: true }

/**
 * What a returned mail says: a delivery status notification (RFC 3464) or a complaint (ARF, RFC 5965). `deliveryId`: what
 * the envelope told already. Undefined for anything else, such as an answer of a person or of an absent one.
 */
export async function readReturnedMail(raw: Buffer, deliveryId?: string): Promise<MailEvent | undefined> {
  const mail = await simpleParser(raw, READING)
  const partOf = (...types: string[]) =>
    mail.attachments.find(({ contentType }) => types.includes(contentType.toLowerCase()))?.content.toString('utf8')
  const original = partOf('message/rfc822', 'text/rfc822-headers', 'message/rfc822-headers')
  const id = deliveryId ?? deliveryOfMessageId(fieldOf(original ?? '', 'message-id') ?? '')
  if (id === undefined) return undefined

  const feedback = partOf('message/feedback-report')
  if (feedback !== undefined) {
    // `not-spam` and the like are no complaints.
    const complains = /^(abuse|fraud|opt-out)$/i.test(fieldOf(feedback, 'feedback-type') ?? '')
    return complains ? { deliveryId: id, what: 'complained', diagnostic: null } : undefined
  }
  const status = partOf('message/delivery-status', 'message/global-delivery-status')
  if (status === undefined) return undefined
  const what = whatHappened(fieldOf(status, 'action'), fieldOf(status, 'status'))
  return what && { deliveryId: id, what, diagnostic: diagnosticOf(status) }
}

/** RFC 3464 §2.3.3. A failure of class 4 is given up too: nobody tries it any more. */
function whatHappened(action = '', status = ''): MailEvent['what'] | undefined {
  switch (action.toLowerCase()) {
    case 'failed':
      return 'bounced'
    case 'delayed':
      return 'delayed'
    case 'delivered':
      return 'delivered'
    default:
      return status.startsWith('5') ? 'bounced' : undefined
  }
}

/** `smtp; 550 5.1.1 No such user` → `550 5.1.1 No such user` */
function diagnosticOf(status: string): string | null {
  const said = fieldOf(status, 'diagnostic-code') ?? fieldOf(status, 'status')
  return said?.replace(/^[a-z0-9-]+;\s*/i, '').trim() || null
}

/** A header field's first value, unfolded. */
function fieldOf(text: string, name: string): string | undefined {
  const unfolded = text.replace(/\r?\n[ \t]+/g, ' ')
  return new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(unfolded)?.[1]?.trim()
}
