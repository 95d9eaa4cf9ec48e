import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

export type Journal<Entry> = {
  /** Queues one entry, in order. It is on disk once `flushed()` resolves. */
  append(entry: Entry): void
  /** Resolves when everything appended so far has been fsynced; rejects for good after a failed write. */
  flushed(): Promise<void>
  close(): Promise<void>
}

type Options<Entry> = {
  /** Called for each entry found on disk, oldest first, before the journal opens for writing. */
  replay: (entry: Entry) => void
  /** A failed write means that memory is ahead of the disk: by default the process stops, and starts again from the disk. */
  onFailure?: (error: unknown) => void
}

/**
 * Opens an append-only file of JSON lines: the only truth of a sandbox process.
 *
 * A handler decides and appends synchronously, so decisions never interleave; the server waits for `flushed()` before it
 * answers. Entries that arrive while a write is under way share the next fsync. A torn last line (the process or the
 * machine died while writing) was never answered for, so it is cut off; damage anywhere else is an error.
 */
export async function openJournal<Entry>(file: string, options: Options<Entry>): Promise<Journal<Entry>> {
  await mkdir(dirname(file), { recursive: true })
  const handle = await open(file, 'a+')
  let length = await replayLines(file, options.replay)
  await handle.truncate(length)
  await handle.sync()
  await syncFolder(dirname(file))

  const fail =
    options.onFailure ??
    ((error: unknown) => {
      setImmediate(() => {
        throw error
      })
    })
  let waiting: string[] = []
  let writing: Promise<void> = Promise.resolve()
  let scheduled = false

  async function writeWaiting(): Promise<void> {
    scheduled = false
    const bytes = Buffer.from(waiting.join(''))
    waiting = []
    await writeAll(handle, bytes)
    await handle.datasync()
    length += bytes.length
  }

  return {
    append(entry) {
      waiting.push(`${JSON.stringify(entry)}\n`)
      if (scheduled) return
      scheduled = true
      writing = writing.then(writeWaiting)
      writing.catch(fail)
    },
    flushed: () => writing,
    async close() {
      await writing.catch(() => {})
      await handle.close()
    },
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done)).bytesWritten
  }
}

/** Feeds each whole line to `replay` and returns how many bytes are good. */
async function replayLines<Entry>(file: string, replay: (entry: Entry) => void): Promise<number> {
  let good = 0
  let line = 0
  let rest = Buffer.alloc(0)
  let damage: Error | undefined
  for await (const chunk of createReadStream(file)) {
    rest = Buffer.concat([rest, chunk as Buffer])
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      if (damage) throw damage
      line += 1
      const entry = parse<Entry>(rest.subarray(0, end))
      if (entry === undefined) damage = new Error(`${file}: line ${line} is not JSON, and it is not the last one`)
      else {
        replay(entry)
        good += end + 1
      }
      rest = rest.subarray(end + 1)
    }
  }
  if (damage && rest.length > 0) throw damage
  return good
}

function parse<Entry>(line: Buffer): Entry | undefined {
  try {
    return JSON.parse(line.toString('utf8')) as Entry
  } catch {
    return undefined
  }
}

/** A new file survives a power cut only when its folder has been synced as well. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
