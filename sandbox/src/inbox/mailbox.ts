import { mkdir, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { openJournal, syncFolder } from '../journal.ts'
import { type ParsedMessage, parseMessage } from './parse-message.ts'

/** What is kept in memory of a message; its text is on disk. */
export type Summary = {
  id: string
  messageId: string | null
  from: string
  /** Envelope recipients: who really got it, blind copies too. */
  to: string[]
  subject: string
  date: string | null
  receivedAt: string
  sizeBytes: number
}

type Entry = ({ type: 'received' } & Summary) | { type: 'removed'; ids: string[]; at: string }

type Search = { to?: string | undefined; subject?: string | undefined; after?: string | undefined; limit: number }

type Options = { folder: string; messagesMax: number; now: () => number; newId: () => string }

/**
 * The stored mail: raw messages in `messages/`, one journal line for each arrival and each removal. A raw message is on
 * disk before its line is written, so a line never speaks of a message that is not there.
 */
export async function openMailbox({ folder, messagesMax, now, newId }: Options) {
  const messages = join(folder, 'messages')
  const summaries = new Map<string, Summary>()
  const apply = (entry: Entry) => {
    if (entry.type === 'removed') for (const id of entry.ids) summaries.delete(id)
    else summaries.set(entry.id, withoutType(entry))
  }
  await mkdir(messages, { recursive: true })
  const journal = await openJournal<Entry>(join(folder, 'journal.jsonl'), { replay: apply })
  const pathOf = (id: string) => join(messages, `${id}.eml`)

  const record = (entry: Entry) => {
    apply(entry)
    journal.append(entry)
  }

  /** Takes messages off the list for good, then off the disk; a file left behind by a crash is only a file left behind. */
  async function remove(ids: string[]): Promise<void> {
    if (ids.length === 0) return
    record({ type: 'removed', ids, at: new Date(now()).toISOString() })
    await journal.flushed()
    for (const id of ids) await unlink(pathOf(id)).catch(() => {})
  }

  return {
    flushed: journal.flushed,
    close: journal.close,
    count: () => summaries.size,
    get: (id: string): Summary | undefined => summaries.get(id),

    /** Stores a message; resolves when it would survive a power cut, which is when SMTP may say 250. */
    async store(raw: Buffer, recipients: string[]): Promise<Summary> {
      const parsed = await parseMessage(raw)
      const id = newId()
      await writeDurably(pathOf(id), raw)
      await syncFolder(messages)
      const { from, subject, messageId, date } = parsed
      const receivedAt = new Date(now()).toISOString()
      const summary: Summary = { id, messageId, from, to: recipients, subject, date, receivedAt, sizeBytes: raw.length }
      record({ type: 'received', ...summary })
      await journal.flushed()
      if (summaries.size > messagesMax) await remove([...summaries.keys()].slice(0, summaries.size - messagesMax))
      return summary
    },

    /** Newest first. `to` and `subject` are sought anywhere in the text, in any case; `after` is the last id already seen. */
    search({ to, subject, after, limit }: Search): Summary[] {
      const found: Summary[] = []
      let passed = after === undefined
      for (const summary of [...summaries.values()].reverse()) {
        if (found.length === limit) break
        if (passed && contains(summary.to.join(' '), to) && contains(summary.subject, subject)) found.push(summary)
        passed ||= summary.id === after
      }
      return found
    },

    readRaw: (id: string): Promise<Buffer> => readFile(pathOf(id)),
    async read(id: string): Promise<ParsedMessage> {
      return parseMessage(await readFile(pathOf(id)))
    },
    removeAll: () => remove([...summaries.keys()]),
  }
}

export type Mailbox = Awaited<ReturnType<typeof openMailbox>>

function withoutType({ type: _, ...summary }: Extract<Entry, { type: 'received' }>): Summary {
  return summary
}

function contains(text: string, sought: string | undefined): boolean {
  return !sought || text.toLowerCase().includes(sought.trim().toLowerCase())
}

async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  const handle = await open(path, 'wx')
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
