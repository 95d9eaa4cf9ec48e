import type { ImapFlow } from 'imapflow'
import type { Context } from '../../context.ts'
import { RETURNED_BYTES_MAX, type Taken, takeIn } from '../take-in.ts'
import type { MailboxAddress } from './imap-url.ts'

/**
 * Takes in what lies in the open folder. What it did with each mail is written on the server alone, after its effect: what
 * was understood is moved away, what was not stays with a flag for a person, and what comes to nothing for now stays as it
 * is. So a mail is read again after a crash, and the flag taken off makes it be read again. Returns how many wait.
 */
export async function readMails(
  ctx: Context,
  client: ImapFlow,
  { handled }: Pick<MailboxAddress, 'handled'>,
  signal: AbortSignal,
): Promise<number> {
  const uids = (await client.search({ flagged: false, deleted: false }, { uid: true })) || []
  let waiting = 0
  for (const uid of uids) {
    if (signal.aborted) break
    const one = String(uid)
    const mail = await client.fetchOne(one, { source: { maxLength: RETURNED_BYTES_MAX } }, { uid: true })
    // Gone: another process has it, or a person.
    if (mail === false || mail.source === undefined) continue
    const taken = await understand(ctx, mail.source)
    const marked =
      taken === 'later'
        ? false
        : taken === 'recorded'
          ? await client.messageMove(one, handled, { uid: true })
          : await client.messageFlagsAdd(one, ['\\Flagged'], { uid: true })
    if (!marked) waiting += 1
  }
  return waiting
}

async function understand(ctx: Context, raw: Buffer): Promise<Taken | 'later'> {
  try {
    return await takeIn(ctx, raw)
  } catch (error) {
    ctx.log.info({ err: error }, 'a returned mail waits in its mailbox')
    return 'later'
  }
}

/** Deletes what was understood long ago. */
export async function forgetMails(
  ctx: Context,
  client: ImapFlow,
  { handled, keepDays }: Pick<MailboxAddress, 'handled' | 'keepDays'>,
): Promise<void> {
  await client.mailboxOpen(handled)
  const before = new Date(ctx.now().getTime() - keepDays * 86_400_000)
  await client.messageDelete({ before })
}
