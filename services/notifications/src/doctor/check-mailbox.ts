import { ImapFlow } from 'imapflow'
import type { Secrets } from '../config.ts'
import { readImapUrl } from '../mail-events/mailbox/imap-url.ts'
import { type Finding, fail, ok, skip, warn } from './check.ts'

const NAME = 'bounce mailbox'

/** Logs in to the mailbox of returned mail, and looks into it without changing anything. */
export async function checkMailbox({ bounceImapUrl }: Pick<Secrets, 'bounceImapUrl'>): Promise<Finding> {
  if (!bounceImapUrl) return skip(NAME, 'No NOTIFICATIONS_BOUNCE_IMAP_URL: no mailbox is read for returned mail.')
  const { connection, where, folder } = readImapUrl(bounceImapUrl)
  const client = new ImapFlow({ ...connection, disableAutoIdle: true })
  client.on('error', () => {})
  try {
    await client.connect()
    const { exists } = await client.mailboxOpen(folder, { readOnly: true })
    const flagged = (await client.search({ flagged: true, deleted: false })) || []
    const how = client.secureConnection ? 'by TLS' : 'in the clear'
    if (flagged.length > 0) {
      return warn(NAME, `${where} ${how}: ${flagged.length} mails in ${folder} have a flag, for a person to read.`)
    }
    return ok(NAME, `${where} knows our password, ${how}; ${exists} mails wait in ${folder}.`)
  } catch (error) {
    const { message, responseText } = error as Error & { responseText?: string }
    return fail(NAME, `${where} does not let us read ${folder}: ${responseText ?? message}`)
  } finally {
    client.close()
  }
}
