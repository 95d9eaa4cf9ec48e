import { type Answer, explainProblem, type Problem, type PublicApi } from '../public-api.ts'
import type { ImportedRecord, RefusedRecord, TicketTypeOrder } from './record.ts'

export type Outcome = 'created' | 'updated' | 'unchanged'
type Imported = { outcome: Outcome; event: { id: string; endsAt: string; status: string } }
export type Sent = { line: number; label: string; outcome: Outcome; notes: string[]; ticketTypes: number }

export type SendOptions = {
  organizerId: string
  publish: boolean
  /** Beside those that a record brings. */
  ticketTypes: TicketTypeOrder[]
  concurrency: number
  now: Date
  onProgress?: (done: number) => void
}

/** Sends the records through the public API, several at a time; each one is sent or refused with a reason. */
export async function sendRecords(
  api: PublicApi,
  records: ImportedRecord[],
  options: SendOptions,
): Promise<{ sent: Sent[]; refused: RefusedRecord[] }> {
  const sent: Sent[] = []
  const refused: RefusedRecord[] = []
  const queue = records.values()
  const work = async () => {
    // All workers draw from one iterator.
    for (const record of queue) {
      const { line, label } = record
      try {
        sent.push(await sendRecord(api, record, options))
      } catch (error) {
        if (!(error instanceof SendFault)) throw error
        refused.push({ line, label, reason: error.message })
      }
      options.onProgress?.(sent.length + refused.length)
    }
  }
  await Promise.all(Array.from({ length: options.concurrency }, work))
  return { sent: sent.sort(byLine), refused: refused.sort(byLine) }
}

function byLine(a: { line: number }, b: { line: number }): number {
  return a.line - b.line
}

class SendFault extends Error {}

async function sendRecord(api: PublicApi, record: ImportedRecord, options: SendOptions): Promise<Sent> {
  const notes = [...record.notes]
  const path = `/v1/organizers/${options.organizerId}/imported-events/${record.ref}`
  const put = (body: object) =>
    api.call<Imported>('events', 'PUT', path, { body: { ...body, publish: options.publish } })
  let answer = await put(record.body)
  if (codeOf(answer) === 'image-url-refused') {
    const { imageUrl: _, imageAlt: _alt, ...rest } = record.body
    notes.push('its picture could not be fetched')
    answer = await put(rest)
  }
  // Two records of ours at once on the same event: the second time it is there.
  if (codeOf(answer) === 'conflict') answer = await put(record.body)
  if (answer.status !== 200 && answer.status !== 201) throw new SendFault(explainProblem(answer))
  const { outcome, event } = answer.body
  const wanted = [...record.ticketTypes, ...options.ticketTypes]
  let ticketTypes = 0
  if (wanted.length > 0 && event.status !== 'cancelled' && new Date(event.endsAt) > options.now) {
    ticketTypes = await putOnSale(api, event.id, wanted, outcome === 'created')
  }
  return { line: record.line, label: record.label, outcome, notes, ticketTypes }
}

type TypeItems = { items: { name: { en?: string; fr?: string } }[] }

/** Creates the ticket types that the event has none of by that name; returns how many. */
async function putOnSale(api: PublicApi, eventId: string, wanted: TicketTypeOrder[], isNew: boolean): Promise<number> {
  const path = `/v1/events/${eventId}/ticket-types`
  const names = new Set<string>()
  if (!isNew) {
    const present = await api.call<TypeItems>('tickets', 'GET', path)
    if (present.status === 200) {
      for (const { name } of present.body.items) for (const text of [name.en, name.fr]) if (text) names.add(text)
    }
  }
  let made = 0
  for (const { name, ...terms } of wanted) {
    if (names.has(name)) continue
    names.add(name)
    const answer = await api.call('tickets', 'POST', path, { body: { name: { en: name, fr: name }, ...terms } })
    if (answer.status !== 201)
      throw new SendFault(`the event is there, but "${name}" is not on sale: ${explainProblem(answer)}`)
    made++
  }
  return made
}

function codeOf(answer: Answer<unknown>): string | undefined {
  return answer.status >= 400 ? (answer.body as Problem | null)?.code : undefined
}
