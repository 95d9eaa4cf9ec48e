import { join } from 'node:path'
import { openJournal } from '../journal.ts'

/** One submit_sm that was accepted: a message, or a part of one. */
export type Part = {
  id: string
  to: string
  from: string
  text: string
  /** GSM-7 or UCS-2, as the sender declared it. */
  dataCoding: number
  /** Of a message in parts: which message, how many, which one. */
  joined: { reference: number; of: number; number: number } | null
  receipt: boolean
  receivedAt: string
}

type Entry = { type: 'received' } & Part

/** What was accepted, for good: the record to hold the sender's books against. */
export async function openMessages(folder: string) {
  const parts: Part[] = []
  const apply = ({ type: _, ...part }: Entry) => void parts.push(part)
  const journal = await openJournal<Entry>(join(folder, 'journal.jsonl'), { replay: apply })
  return {
    flushed: journal.flushed,
    close: journal.close,
    accept(part: Part): void {
      apply({ type: 'received', ...part })
      journal.append({ type: 'received', ...part })
    },
    /** As telephones show them: parts joined in their order, the newest last. */
    joined(to?: string): { to: string; from: string; text: string; parts: number; dataCoding: number }[] {
      const messages = new Map<string, Part[]>()
      for (const part of parts) {
        if (to && part.to !== to) continue
        const key = part.joined ? `${part.to} ${part.joined.reference} ${part.joined.of}` : part.id
        messages.set(key, [...(messages.get(key) ?? []), part])
      }
      return [...messages.values()].map((own) => {
        const inOrder = own.toSorted((one, other) => (one.joined?.number ?? 0) - (other.joined?.number ?? 0))
        const { to: number = '', from = '', dataCoding = 0 } = inOrder[0] ?? {}
        return { to: number, from, text: inOrder.map(({ text }) => text).join(''), parts: own.length, dataCoding }
      })
    },
  }
}

export type Messages = Awaited<ReturnType<typeof openMessages>>
