import { simpleParser } from 'mailparser'
import { deliveryOfReturnPath } from '../mail/return-path.ts'
import { deliveryOfMessageId, type MailEvent } from './mail-event.ts'

const READING = { keepDeliveryStatus: true, skipTextToHtml: true, skipHtmlToText: true, skipTextLinks: true }

export interface ReturnedMail extends MailEvent {
  /**
   * Whether it holds the way back that only the message itself told. A Message-ID alone is in many hands, and anybody can
   * write a bounce.
   */
  isProved: boolean
}

/**
 * What a returned mail says: a delivery status notification (RFC 3464) or a complaint (ARF, RFC 5965). The way back is
 * looked for in the envelope's recipient (`to`), in its own header, in the report (Postfix repeats it there, ARF has
 * Original-Mail-From) and in the header of what is returned. Undefined for anything else, such as an answer of a person
 * or of an absent one.
 */
export async function readReturnedMail(key: Buffer, raw: Buffer, to = ''): Promise<ReturnedMail | undefined> {
  const mail = await simpleParser(raw, READING)
  const partOf = (...types: string[]) =>
    mail.attachments.find(({ contentType }) => types.includes(contentType.toLowerCase()))?.content.toString('utf8')
  const original = headerOf(partOf('message/rfc822', 'text/rfc822-headers', 'message/rfc822-headers') ?? '')
  const feedback = partOf('message/feedback-report')
  const status = partOf('message/delivery-status', 'message/global-delivery-status')
  const own = mail.headerLines.map(({ line }) => line).join('\n')
  const marked =
    deliveryOfReturnPath(key, to) ?? deliveryOfReturnPath(key, [own, feedback, status, original].join('\n'))
  const deliveryId = marked ?? deliveryOfMessageId(fieldOf(original, 'message-id') ?? '')
  if (deliveryId === undefined) return undefined

  const about = { deliveryId, isProved: marked !== undefined }
  if (feedback !== undefined) {
    // `not-spam` and the like are no complaints.
    const complains = /^(abuse|fraud|opt-out)$/i.test(fieldOf(feedback, 'feedback-type') ?? '')
    return complains ? { ...about, what: 'complained', diagnostic: null } : undefined
  }
  if (status === undefined) return undefined
  const what = whatHappened(fieldOf(status, 'action'), fieldOf(status, 'status'))
  return what && { ...about, what, diagnostic: diagnosticOf(status) }
}

/** What is above the first empty line. */
const headerOf = (text: string) => text.trimStart().split(/\r?\n\r?\n/, 1)[0] ?? ''

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
