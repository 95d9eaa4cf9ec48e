import { setTimeout as pause } from 'node:timers/promises'
import { ImapFlow } from 'imapflow'
import type { Context } from '../../context.ts'
import type { Job } from '../../jobs/job.ts'
import { type MailboxAddress, readImapUrl } from './imap-url.ts'
import { forgetMails, readMails } from './read-mails.ts'

/** The server says at once when a mail comes (IDLE); this is for those who do not. */
const LOOK_EVERY_MS = 60_000
/** For what came to nothing for now, the first time; then twice as long each time. */
const LOOK_AGAIN_MS = 2_000
const FORGET_EVERY_MS = 86_400_000
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 300_000
/** For the mail under way, when the process ends. */
const GRACE_MS = 3_000

/**
 * Reads a mailbox for as long as it runs, and comes back to it whenever it was away. Everything else goes on without it. Any
 * number of processes may: a mail read twice has one effect.
 */
export function watchMailbox(ctx: Context, url: string): Job {
  const address = readImapUrl(url)
  const stopping = new AbortController()
  const { signal } = stopping
  const running = (async () => {
    let wait = FIRST_WAIT_MS
    while (!signal.aborted) {
      try {
        await stayConnected(ctx, address, signal, () => {
          wait = FIRST_WAIT_MS
        })
      } catch (error) {
        const { message, responseText } = error as Error & { responseText?: string }
        ctx.log.warn(
          { mailbox: address.where, reason: responseText ?? message },
          'the mailbox of returned mail is away',
        )
      }
      await pause(wait * (0.5 + ctx.random()), undefined, { signal }).catch(() => undefined)
      wait = Math.min(wait * 2, LONGEST_WAIT_MS)
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

async function stayConnected(ctx: Context, address: MailboxAddress, signal: AbortSignal, onRead: () => void) {
  const client = new ImapFlow(address.connection)
  const broken = Promise.withResolvers<never>()
  broken.promise.catch(() => undefined)
  client.on('error', broken.reject)
  client.on('close', () => broken.reject(new Error('The mail server closed the connection.')))
  let news = Promise.withResolvers<void>()
  client.on('exists', () => news.resolve())
  const cut = () => void setTimeout(() => client.close(), GRACE_MS).unref()
  signal.addEventListener('abort', cut, { once: true })
  try {
    await client.connect()
    await ensureFolder(client, address.handled)
    for (let forgotAt = -Infinity, again = LOOK_AGAIN_MS; !signal.aborted; ) {
      if (performance.now() - forgotAt >= FORGET_EVERY_MS) {
        await forgetMails(ctx, client, address).catch((error: unknown) => {
          ctx.log.warn({ mailbox: address.where, err: error }, 'returned mails that are old stay in their mailbox')
        })
        forgotAt = performance.now()
        await client.mailboxOpen(address.folder)
      }
      // Before the look: what comes during it is news.
      news = Promise.withResolvers()
      const waiting = await readMails(ctx, client, address, signal)
      onRead()
      const nothing = pause(waiting > 0 ? again : LOOK_EVERY_MS, undefined, { signal, ref: false })
      again = waiting > 0 ? Math.min(again * 2, LOOK_EVERY_MS) : LOOK_AGAIN_MS
      await Promise.race([news.promise, broken.promise, nothing.catch(() => undefined)])
    }
    await Promise.race([client.logout(), pause(1_000, undefined, { ref: false })])
  } finally {
    signal.removeEventListener('abort', cut)
    client.close()
  }
}

/** By its whole path: one of that name in another folder is another. Many servers have every folder below a prefix. */
async function ensureFolder(client: ImapFlow, name: string): Promise<void> {
  const folders = await client.list()
  const prefix = client.namespace?.prefix ?? ''
  const path = name.startsWith(prefix) ? name : prefix + name
  if (!folders.some((folder) => folder.path === path)) await client.mailboxCreate(path)
}
