import type { ImapFlowOptions } from 'imapflow'

export interface MailboxAddress {
  connection: ImapFlowOptions
  /** `imap.example.org:993`, to speak of it. */
  where: string
  folder: string
  /** Where a mail goes that was understood. */
  handled: string
  /** Days until it is deleted there: it names who could not be reached. */
  keepDays: number
}

const KEEP_DAYS = 30

/**
 * `imaps://user:password@host:993/INBOX?handled=Handled&keepDays=30`. `imap://` begins in the clear and goes on with
 * STARTTLS before the password; without it only on this machine.
 */
export function readImapUrl(url: string): MailboxAddress {
  const { protocol, username, password, hostname, port, pathname, searchParams } = new URL(url)
  const secure = protocol === 'imaps:'
  const host = hostname.replace(/^\[|\]$/g, '')
  const local = /^(localhost|127\..*|::1)$/.test(host)
  const portNumber = Number(port || (secure ? 993 : 143))
  return {
    connection: {
      host,
      port: portNumber,
      secure,
      ...(secure || local ? {} : { doSTARTTLS: true }),
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
      logger: false,
      disableCompression: true,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      // A line that is dead without a word is found out within two of these.
      socketTimeout: 60_000,
      autoIdleDelay: 200,
    },
    where: `${hostname}:${portNumber}`,
    folder: decodeURIComponent(pathname.slice(1)) || 'INBOX',
    handled: searchParams.get('handled')?.trim() || 'Handled',
    keepDays: Number(searchParams.get('keepDays') ?? KEEP_DAYS),
  }
}

/** What is wrong with the address of the mailbox; it holds a password, so it is not repeated. */
export function faultOfImapUrl(url: string): string | undefined {
  const { protocol, username, password, hostname, searchParams } = new URL(url)
  const keepDays = searchParams.get('keepDays')
  const right =
    /^imaps?:$/.test(protocol) && username && password && hostname && (keepDays === null || /^\d{1,4}$/.test(keepDays))
  if (!right) return 'NOTIFICATIONS_BOUNCE_IMAP_URL must be like imaps://user:password@host:993/INBOX'
  const { folder, handled } = readImapUrl(url)
  // What is old there is deleted, whatever it is: never what nobody has read yet.
  const unread = handled === folder || handled.toUpperCase() === 'INBOX'
  return unread
    ? 'NOTIFICATIONS_BOUNCE_IMAP_URL must have another folder for handled: neither INBOX nor the one that is read'
    : undefined
}
