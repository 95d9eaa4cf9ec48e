import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { openJournal } from '../journal.ts'
import { Problem } from '../problem.ts'
import { countSegments, type Encoding } from './segments.ts'

export type Sms = {
  id: string
  to: string
  from: string
  text: string
  idempotencyKey: string
  encoding: Encoding
  segments: number
  receivedAt: string
}

type Draft = Pick<Sms, 'to' | 'from' | 'text' | 'idempotencyKey'>
type Entry = { type: 'received' } & Sms

const KEPT_MAX = 5_000

type Options = { folder: string; now: () => number; newId: () => string }

/** The accepted messages. The journal has all of them; memory has the newest, and every key with a hash of its message. */
export async function openOutbox({ folder, now, newId }: Options) {
  const kept = new Map<string, Sms>()
  const accepted = new Map<string, { hash: string; id: string; encoding: Encoding; segments: number }>()
  const apply = ({ type: _, ...sms }: Entry) => {
    const { id, encoding, segments } = sms
    kept.set(id, sms)
    accepted.set(sms.idempotencyKey, { hash: fingerprint(sms), id, encoding, segments })
    if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value ?? '')
  }
  const journal = await openJournal<Entry>(join(folder, 'journal.jsonl'), { replay: apply })

  return {
    flushed: journal.flushed,
    close: journal.close,
    /** Accepts a message once per key. Synchronous, so two requests with one key cannot both be accepted. */
    accept(draft: Draft): { id: string; encoding: Encoding; segments: number } {
      const before = accepted.get(draft.idempotencyKey)
      if (before) {
        const { hash, ...answer } = before
        if (hash === fingerprint(draft)) return answer
        throw new Problem(422, 'idempotency-key-reused', 'This idempotencyKey was used with another message.')
      }
      const receivedAt = new Date(now()).toISOString()
      const entry: Entry = { type: 'received', id: newId(), ...draft, ...countSegments(draft.text), receivedAt }
      apply(entry)
      journal.append(entry)
      const { id, encoding, segments } = entry
      return { id, encoding, segments }
    },
    /** Newest first; `to` is sought anywhere in the number. */
    search(to: string | undefined, limit: number): Sms[] {
      const sought = to?.replace(/[^\d]/g, '')
      return [...kept.values()]
        .reverse()
        .filter((sms) => !sought || sms.to.includes(sought))
        .slice(0, limit)
    },
    count: () => kept.size,
  }
}

export type Outbox = Awaited<ReturnType<typeof openOutbox>>

function fingerprint({ to, from, text }: Draft): string {
  return createHash('sha256')
    .update(JSON.stringify([to, from, text]))
    .digest('base64url')
}
