import nodemailer from 'nodemailer'
import { NotSent } from '../deliveries/not-sent.ts'
import { displayName, isAddress, type Sender } from './address.ts'

export interface Attachment {
  filename: string
  contentType: string
  content: string | Buffer
}

export interface Mail {
  to: { name: string | null; address: string }
  subject: string
  text: string
  html: string
  language: string
  /** The same for every try of the same message, so that a receiver can tell a repetition. */
  messageId: string
  attachments: readonly Attachment[]
  /** An organizer's name beside our address; without it, the platform's. */
  senderName?: string | null
  replyTo?: string | null
  /** Where it comes back to when it cannot be delivered (RFC 5321 §4.4). */
  returnPath?: string
  /** RFC 8058: a POST to it ends such messages at once. */
  unsubscribeUrl?: string
}

/** Signs every mail (RFC 6376), so that a receiver knows it is ours and unchanged. */
export interface Dkim {
  domainName: string
  keySelector: string
  /** PEM. */
  privateKey: string
}

/** Hands one mail to the mail server; returns its words once it has answered 250, else throws a {@link NotSent}. */
export interface Mailer {
  send(mail: Mail, signal: AbortSignal): Promise<{ reply: string }>
  close(): void
}

/** What nodemailer signs by default, and what RFC 8058 §4 wants signed. */
const SIGNED =
  'From:Sender:Reply-To:Subject:Date:Message-ID:To:Cc:MIME-Version:Content-Type:Content-Transfer-Encoding:Content-Language:List-Unsubscribe:List-Unsubscribe-Post:Auto-Submitted:Precedence'

/** A mailer over a few kept connections. `url`: smtp:// or smtps://, with user and password when the server wants them. */
export function createMailer(options: {
  url: string
  sender: Sender
  connectionsMax: number
  dkim?: Dkim | undefined
}): Mailer {
  const { sender, dkim } = options
  const transport = nodemailer.createTransport({
    pool: true,
    url: options.url,
    maxConnections: options.connectionsMax,
    // Our own queue repeats, with the outcome on record; the pool's hidden one would send twice what a lost socket took.
    maxRequeues: 0,
    // A kept connection is closed by us before a server or a firewall does it in the middle of a message.
    idleTimeout: 30_000,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 120_000,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(dkim ? { dkim: { ...dkim, headerFieldNames: SIGNED } } : {}),
  })
  return {
    async send(mail, signal) {
      const { address } = mail.to
      if (!isAddress(address)) throw new NotSent('refused', 'smtp', 'The address is not valid.')
      try {
        const { response } = await transport.sendMail({
          // The envelope alone decides who gets it: exactly one, whatever a name or a subject holds.
          envelope: { from: mail.returnPath ?? sender.address, to: [address] },
          from: { address: sender.address, name: displayName(mail.senderName ?? null) || sender.name },
          ...(mail.replyTo && isAddress(mail.replyTo) ? { replyTo: mail.replyTo } : {}),
          to: { name: displayName(mail.to.name), address },
          subject: mail.subject,
          text: mail.text,
          html: mail.html,
          messageId: mail.messageId,
          headers: headersOf(mail),
          attachments: mail.attachments.map((attachment) => ({ ...attachment })),
          signal,
        })
        return { reply: response }
      } catch (error) {
        throw toNotSent(error, signal)
      }
    },
    close: () => transport.close(),
  }
}

function headersOf({ language, unsubscribeUrl, returnPath }: Mail): Record<string, string> {
  return {
    // RFC 3834: no out-of-office answer to a machine.
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
    'Content-Language': language,
    // A complaint, or a bounce to an address without our mark, returns the header: by it we know that it is genuine.
    ...(returnPath ? { 'X-Guichet-Return': returnPath } : {}),
    ...(unsubscribeUrl
      ? {
          Precedence: 'bulk',
          'List-Unsubscribe': `<${unsubscribeUrl}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        }
      : {}),
  }
}

interface SmtpError extends Error {
  code?: string
  /** What the socket said, when `code` is nodemailer's own. */
  originalCode?: string
  timeoutType?: string
  responseCode?: number
  response?: string
}

/** No dialogue began, or our own password is wrong: every mail would fail alike, and none of them by its own fault. */
const NO_DIALOGUE =
  /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|EDNS|ETLS|EAUTH|ENOAUTH|CONNECT_TIMEOUT|GREETING_TIMEOUT|UPGRADE_TIMEOUT)$/

/**
 * RFC 5321 §4.2.1: 4yz is a refusal for now, 5yz for good. A connection that ends in the middle counts for this mail
 * alone: it may be the mail that ends it, and it may have been taken. 421 is a refusal too, by which some servers mean a
 * single recipient.
 */
function toNotSent(thrown: unknown, signal: AbortSignal): NotSent {
  const error = thrown as SmtpError
  const said = error.response ?? error.message
  if (signal.aborted) return new NotSent('unknown', 'smtp', 'The mail server took too long.', thrown)
  if ([error.code, error.originalCode, error.timeoutType].some((code) => NO_DIALOGUE.test(code ?? ''))) {
    return new NotSent('away', 'smtp', `The mail server is away: ${said}`, thrown)
  }
  const { responseCode } = error
  if (responseCode === undefined) return new NotSent('unknown', 'smtp', said, thrown)
  // 503 is about the session, not about the mail: a new connection may do.
  const lasting = responseCode >= 500 && responseCode !== 503
  return new NotSent(lasting ? 'refused' : 'put-off', 'smtp', said, thrown)
}
