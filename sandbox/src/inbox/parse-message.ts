import { simpleParser } from 'mailparser'

export type ParsedMessage = {
  messageId: string | null
  from: string
  subject: string
  date: string | null
  text: string | null
  html: string | null
  attachments: { name: string; contentType: string; content: Buffer }[]
}

/** Reads a raw message (RFC 5322). Mail is stored even when it is malformed, so this never refuses: it leaves out. */
export async function parseMessage(raw: Buffer): Promise<ParsedMessage> {
  const mail = await simpleParser(raw, { skipTextToHtml: true, skipHtmlToText: true, skipTextLinks: true })
  const date = mail.date && !Number.isNaN(mail.date.getTime()) ? mail.date.toISOString() : null
  return {
    messageId: mail.messageId ?? null,
    from: mail.from?.text ?? '',
    subject: mail.subject ?? '',
    date,
    text: mail.text ?? null,
    html: mail.html || null,
    attachments: mail.attachments
      .filter((attachment) => !attachment.related)
      .map((attachment, index) => ({
        name: attachment.filename || `attachment-${index + 1}`,
        contentType: attachment.contentType,
        content: attachment.content,
      })),
  }
}
