import { setTimeout as wait } from 'node:timers/promises'
import { newWebhookSecret, signWebhook } from '@guichet/server/webhook-signature'
import { explainProblem, type PublicApi } from '../public-api.ts'
import { Refusal } from '../refusal.ts'
import type { Organizer } from './choose-organizer.ts'

interface PublicEvent {
  id: string
  type: string
  timestamp: string
  test: boolean
  data: object
}

export interface ListenOptions {
  organizer: Organizer
  forward: string | undefined
  secret: string | undefined
  json: boolean
  signal: AbortSignal
}

const WAIT_SECONDS = 10
const AGAIN_MS = 2_000

/** Shows each event from now on, and posts it as the real webhook would be, until it is told to stop. */
export async function listen(api: PublicApi, options: ListenOptions): Promise<number> {
  const { organizer, forward, json, signal } = options
  const secret = options.secret ?? newWebhookSecret()
  const path = `/v1/organizers/${organizer.id}/public-events`
  let after = (await ask(api, path, signal)).nextCursor
  console.error(`Listening to what happens to ${organizer.name}; Ctrl-C ends it.`)
  if (forward) console.error(`Posted to ${forward}, signed with ${secret}`)

  while (!signal.aborted) {
    const query = `?waitSeconds=${WAIT_SECONDS}&after=${encodeURIComponent(after)}`
    const found = await ask(api, path + query, signal).catch(async (error: unknown) => {
      if (!(error instanceof Refusal)) throw error
      if (signal.aborted) return
      console.error(error.message)
      await wait(AGAIN_MS, undefined, { signal }).catch(() => undefined)
    })
    if (!found) continue
    after = found.nextCursor
    for (const event of found.items) {
      const result = forward ? await post(forward, secret, event) : undefined
      console.log(json ? JSON.stringify({ ...event, ...result }) : line(event, result))
    }
  }
  return 0
}

type Found = { items: PublicEvent[]; nextCursor: string }

async function ask(api: PublicApi, path: string, signal: AbortSignal): Promise<Found> {
  const answer = await api.call<Found>('notifications', 'GET', path, { signal })
  if (answer.status !== 200) throw new Refusal(`The events cannot be had: ${explainProblem(answer)}`)
  return answer.body
}

type Result = { status?: number; error?: string; ms: number }

async function post(url: string, secret: string, { id, type, timestamp, test, data }: PublicEvent): Promise<Result> {
  const body = JSON.stringify({ type, timestamp, ...(test ? { test } : {}), data })
  const headers = { 'content-type': 'application/json', ...signWebhook(id, new Date(), body, [secret]) }
  const began = performance.now()
  const ms = () => Math.round(performance.now() - began)
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(5_000),
    })
    await answer.body?.cancel()
    return { status: answer.status, ms: ms() }
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } }
    return { error: cause?.code ?? message, ms: ms() }
  }
}

function line({ id, type, timestamp, test }: PublicEvent, result: Result | undefined): string {
  const at = new Date(timestamp).toTimeString().slice(0, 8)
  const outcome = result ? `  → ${result.status ?? result.error} (${result.ms} ms)` : ''
  return `${at}  ${type.padEnd(24)} ${id}${test ? ' test' : ''}${outcome}`
}
