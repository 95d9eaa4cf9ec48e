import nodemailer from 'nodemailer'
import { NotSent } from '../deliveries/not-sent.ts'
import { displayName, isAddress, type Sender } from './address.ts'

export interface Attachment {
  filename: string
  contentType: string
  content: string
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
}

/** Hands one mail to the mail server; returns once it has answered 250, else throws a {@link NotSent}. */
export interface Mailer {
  send(mail: Mail, signal: AbortSignal): Promise<void>
  close(): void
}

/** A mailer over a few kept connections. `url`: smtp:// or smtps://, with user and password when the server wants them. */
export function createMailer(options: { url: string; sender: Sender; connectionsMax: number }): Mailer {
  const { sender } = options
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
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send(mail, signal) {
      const { address } = mail.to
      if (!isAddress(address)) throw new NotSent('refused', 'smtp', 'The address is not valid.')
      try {
        await transport.sendMail({
          // The envelope alone decides who gets it: exactly one, whatever a name or a subject holds.
          envelope: { from: sender.address, to: [address] },
          from: sender,
          to: { name: displayName(mail.to.name), address },
          subject: mail.subject,
          text: mail.text,
          html: mail.html,
          messageId: mail.messageId,
          headers: {
            // RFC 3834: no out-of-office answer to a machine.
            'Auto-Submitted': 'auto-generated',
            'X-Auto-Response-Suppress': 'All',
            'Content-Language': mail.language,
          },
          attachments: mail.attachments.map((attachment) => ({ ...attachment })),
          signal,
        })
      } catch (error) {
        throw toNotSent(error, signal)
      }
    },
    close: () => transport.close(),
  }
}

interface SmtpError extends Error {
  code?: string
  command?: string
  responseCode?: number
  response?: string
}

const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'EDNS', 'EHOSTUNREACH', 'ENETUNREACH', 'EAUTH', 'ENOAUTH', 'ETLS'])

/** RFC 5321 §4.2.1: 4yz is a refusal for now, 5yz for good. What ends before any dialogue says nothing of this mail. */
function toNotSent(thrown: unknown, signal: AbortSignal): NotSent {
  const error = thrown as SmtpError
  const said = error.response ?? error.message
  if (signal.aborted) return new NotSent('put-off', 'smtp', 'The mail server took too long.', thrown)
  // EAUTH: our own password is wrong; every mail would fail alike, and none of them for good.
  if (error.command === 'CONN' || NEVER_CONNECTED.has(error.code ?? '')) {
    return new NotSent('away', 'smtp', `The mail server is away: ${said}`, thrown)
  }
  const { responseCode } = error
  // 503 is about the session, not about the mail: a new connection may do.
  if (responseCode !== undefined && responseCode >= 500 && responseCode !== 503) {
    return new NotSent('refused', 'smtp', said, thrown)
  }
  return new NotSent('put-off', 'smtp', said, thrown)
}
