import { randomUUID } from 'node:crypto'
import { parseId } from '@guichet/server'
import { query } from './sale.ts'

export type Act = 'place' | 'pay' | 'check' | 'cancel'

export interface Entry {
  act: Act
  key: string
  /** `info`: the caller cannot know whether it happened (connection lost, no answer in time, 5xx). */
  kind: 'invoke' | 'ok' | 'fail' | 'info'
  atMs: number
  status?: number
  detail?: string
  /** The answer to an earlier attempt: that one had its effect. */
  replayed?: boolean
}

export interface Answer {
  status: number
  // Whatever the API says: the caller looks at what it needs.
  body: { id: string; secret: string; state: string; code?: string; redirectUrl?: string }
}

interface Call {
  act: Act
  path: string
  body: object
  secret?: string
  key?: string
}

/** What buyers were promised: the last state of each order that an answer named. */
export type Promises = Map<string, 'held' | 'confirmed' | 'cancelled'>

/** They only bound what hangs: to start again takes a busy machine half a minute. */
const ANSWER_LIMIT_MS = 60_000
const RESOLVED_LIMIT_MS = 240_000

/** Buyers' calls, each with its beginning and its end. `urls` are the processes of the service: when one refuses to connect, the next is asked. */
export function keepHistory(urls: readonly string[]) {
  const entries: Entry[] = []
  const promises: Promises = new Map()
  /** key → the answers it had. More than one distinct is a lie. */
  const answers = new Map<string, Set<string>>()
  let turn = 0

  /** Sends once and writes down what came of it. */
  async function attempt(url: string, call: Call, key: string): Promise<Answer | undefined> {
    const note = (kind: Entry['kind'], more: Partial<Entry> = {}) =>
      entries.push({ act: call.act, key, kind, atMs: performance.now(), ...more })
    note('invoke')
    try {
      const response = await fetch(url + call.path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': key,
          ...(call.secret ? { 'order-secret': call.secret } : {}),
        },
        body: JSON.stringify(call.body),
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      })
      const { status } = response
      const body = (await response.json()) as Answer['body']
      if (status >= 500 || body.code === 'idempotency-in-progress') {
        note('info', { status, detail: body.code ?? '' })
        return undefined
      }
      const replayed = response.headers.get('idempotency-replayed') === 'true'
      note(status < 300 ? 'ok' : 'fail', { status, detail: body.code ?? body.id, replayed })
      return { status, body }
    } catch (error) {
      note('info', { detail: reasonOf(error) })
      return undefined
    }
  }

  /** Repeats with the same key until there is an answer. */
  async function ask(call: Call): Promise<Answer> {
    const key = call.key ?? randomUUID()
    const end = performance.now() + RESOLVED_LIMIT_MS
    for (let pause = 5; performance.now() < end; pause = Math.min(pause * 2, 100)) {
      const url = urls[turn++ % urls.length] ?? ''
      const answer = await attempt(url, call, key)
      if (answer) {
        if (answer.status < 300) answers.set(key, (answers.get(key) ?? new Set()).add(JSON.stringify(answer.body)))
        return answer
      }
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
    throw new Error(`No answer to ${call.act} ${key} within ${RESOLVED_LIMIT_MS} ms`)
  }

  const count = (kind: Entry['kind'], act?: Act) =>
    entries.filter((entry) => entry.kind === kind && (act === undefined || entry.act === act)).length

  return {
    entries,
    promises,
    answers,
    ask,
    count,
    /** For the one line that a run prints. */
    describe: () =>
      `${promises.size} orders acknowledged, ${count('info')} calls without an answer repeated until they had it`,
  }
}

export type History = ReturnType<typeof keepHistory>

function reasonOf(error: unknown): string {
  const { cause, name } = error as Error & { cause?: { code?: string } }
  return cause?.code ?? name
}

/**
 * I5 and I6: what was promised is there, nothing is there that was not promised, and one key had one answer. Call it once
 * every call has its answer.
 */
export async function findBrokenPromises(history: History, databaseUrl: string, eventUuid: string): Promise<string[]> {
  const rows = await query<{ id: string; state: string }>(
    databaseUrl,
    'select id, state from orders where event_id = $1',
    [eventUuid],
  )
  const there = new Map(rows.map(({ id, state }) => [id, state]))
  const broken: string[] = []
  for (const [orderId, promised] of history.promises) {
    const uuid = parseId('ord', orderId) ?? ''
    const state = there.get(uuid)
    if (state === undefined) broken.push(`I5 order ${uuid} was acknowledged (${promised}) and is lost`)
    else if (state !== promised) broken.push(`I5 order ${uuid} was acknowledged as ${promised} and is ${state}`)
    there.delete(uuid)
  }
  for (const [uuid, state] of there) broken.push(`I6 order ${uuid} (${state}) is nobody's: a call had a second effect`)
  for (const [key, answers] of history.answers)
    if (answers.size > 1) broken.push(`I6 key ${key} had ${answers.size} answers: ${[...answers].join(' ')}`)
  return broken
}
