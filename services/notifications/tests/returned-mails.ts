const lines = (...all: string[]) => `${all.join('\r\n')}\r\n`

/** A delivery status notification as Postfix writes it (RFC 3464). */
export function dsn(about: {
  action: string
  status: string
  diagnostic?: string
  messageId?: string
  header?: string
}): string {
  return lines(
    'From: MAILER-DAEMON@mx.example.org (Mail Delivery System)',
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="B"',
    '',
    '--B',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'I am sorry to have to inform you that your message could not be delivered.',
    '',
    '--B',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example.org',
    'Arrival-Date: Mon, 23 Nov 2026 01:00:00 +0000 (UTC)',
    '',
    'Final-Recipient: rfc822; gone@example.org',
    `Action: ${about.action}`,
    `Status: ${about.status}`,
    'Remote-MTA: dns; mail.example.org',
    `Diagnostic-Code: smtp; ${about.diagnostic ?? '550 No such user'}`,
    '',
    '--B',
    'Content-Type: text/rfc822-headers',
    '',
    'From: Guichet <tickets@guichet.localhost>',
    'Subject: Your tickets',
    ...(about.header ? [about.header] : []),
    `Message-ID: ${about.messageId ?? '<none@elsewhere>'}`,
    '',
    '--B--',
  )
}

/** A complaint as providers send it (RFC 5965). */
export function arf(about: { feedback: string; messageId: string; header?: string; field?: string }): string {
  return lines(
    'From: <feedback@mail.example.org>',
    'Subject: FW: Your tickets',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=feedback-report; boundary="B"',
    '',
    '--B',
    'Content-Type: text/plain',
    '',
    'This is an email abuse report.',
    '',
    '--B',
    'Content-Type: message/feedback-report',
    '',
    `Feedback-Type: ${about.feedback}`,
    'User-Agent: SomeProvider/1.0',
    'Version: 1',
    ...(about.field ? [about.field] : []),
    '',
    '--B',
    'Content-Type: message/rfc822',
    '',
    'From: Guichet <tickets@guichet.localhost>',
    'Subject: Your tickets',
    ...(about.header ? [about.header] : []),
    `Message-ID: ${about.messageId}`,
    '',
    'Hello',
    '--B--',
  )
}
