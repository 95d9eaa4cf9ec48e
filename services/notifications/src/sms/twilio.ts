import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { NotSent } from '../deliveries/not-sent.ts'
import type { Sms, SmsAccepted, SmsProvider, SmsSettings } from './provider.ts'

const ANSWER_MS_MAX = 10_000
/** The reader has answered STOP to this number: Twilio refuses for us. */
const STOPPED = 21_610

const Message = Type.Object({
  sid: Type.String(),
  status: Type.String(),
  body: Type.Union([Type.String(), Type.Null()]),
  to: Type.String(),
  date_created: Type.String(),
})
const List = Type.Object({ messages: Type.Array(Message) })

export interface TwilioAccount {
  accountSid: string
  authToken: string
  /** A number or name to send from, or a messaging service (`MG…`). */
  from: string
  baseUrl: string
}

/** `twilio://AC…:token@api.twilio.com?from=+33…`; `http=1` for a twin of Twilio on this machine. */
export function readTwilioUrl(url: string): TwilioAccount {
  const { username, password, host, searchParams } = new URL(url)
  return {
    accountSid: decodeURIComponent(username),
    authToken: decodeURIComponent(password),
    from: (searchParams.get('from') ?? '').trim().replace(/^(?=\d)/, '+'),
    baseUrl: `${searchParams.has('http') ? 'http' : 'https'}://${host}`,
  }
}

/**
 * Twilio's Messages resource. It has no idempotency keys: after a try whose end nobody knows, it is asked for what it has
 * sent to that number since, and only when our text is not among it is it sent once more.
 */
export function createTwilioSms(url: string, { publicUrl, now }: SmsSettings): SmsProvider {
  const account = readTwilioUrl(url)
  const messages = `${account.baseUrl}/2010-04-01/Accounts/${account.accountSid}/Messages.json`
  const authorization = `Basic ${Buffer.from(`${account.accountSid}:${account.authToken}`).toString('base64')}`

  async function call(target: string, init: RequestInit, signal: AbortSignal): Promise<unknown> {
    const response = await fetch(target, {
      ...init,
      headers: { authorization, ...init.headers },
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS_MAX)]),
    }).catch((error: unknown) => {
      if (isUnreachable(error)) throw new NotSent('away', 'sms', 'Twilio is away.', error)
      throw new NotSent('unknown', 'sms', 'Twilio broke off before it answered.', error)
    })
    const body: unknown = await response.json().catch(() => undefined)
    if (response.ok) return body
    throw refusalOf(response.status, body)
  }

  async function findSent({ to, content, unsureSince }: Sms, signal: AbortSignal): Promise<SmsAccepted | undefined> {
    if (!unsureSince) return undefined
    // A clock that differs from ours by a minute is no reason to send twice.
    const since = unsureSince.getTime() - 60_000
    // The newest first. Not filtered by the day of sending, which one that is still queued does not have.
    const query = new URLSearchParams({ To: to, PageSize: '200' })
    const list = await call(`${messages}?${query}`, { method: 'GET' }, signal)
    if (!Value.Check(List, list)) throw new NotSent('put-off', 'sms', 'Twilio did not say what it has sent.')
    const found = list.messages.find(
      (message) => message.to === to && message.body === content.text && Date.parse(message.date_created) >= since,
    )
    return found && acceptedAs(found)
  }

  return {
    name: 'twilio',
    async send(sms, signal) {
      const before = await findSent(sms, signal)
      if (before) return before
      const form = new URLSearchParams({ To: sms.to, Body: sms.content.text })
      form.set(account.from.startsWith('MG') ? 'MessagingServiceSid' : 'From', account.from)
      // Twilio refuses an address that it cannot reach; without reports, a message stays `sent`.
      if (publicUrl.startsWith('https:')) form.set('StatusCallback', statusUrl(publicUrl, sms.key))
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const answer = await call(messages, { method: 'POST', headers, body: form.toString() }, signal)
      if (!Value.Check(Message, answer)) throw new NotSent('unknown', 'sms', 'Twilio did not say what became of it.')
      return acceptedAs(answer)
    },
  }

  function acceptedAs({ sid, status }: Static<typeof Message>): SmsAccepted {
    return { messageId: sid, reply: `${status} (${now().toISOString()})` }
  }
}

/** Where Twilio tells what became of a message. */
export function statusUrl(publicUrl: string, key: string): string {
  return `${publicUrl}/api/notifications/v1/sms-reports/twilio/${key}`
}

/** Where Twilio hands over what people write back. */
export function replyUrl(publicUrl: string): string {
  return `${publicUrl}/api/notifications/v1/sms-replies/twilio`
}

/** https://www.twilio.com/docs/usage/security: HMAC-SHA1 of the address and the sorted fields, by the account's token. */
export function isSignedByTwilio(token: string, url: string, fields: URLSearchParams, signature: string): boolean {
  const sorted = [...fields].sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
  const text = url + sorted.map(([name, value]) => name + value).join('')
  const expected = createHmac('sha1', token).update(text).digest()
  const given = Buffer.from(signature, 'base64')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function refusalOf(status: number, body: unknown): NotSent {
  const { code, message } = (body ?? {}) as { code?: unknown; message?: unknown }
  const said = typeof message === 'string' ? `Twilio: ${message} (${String(code)})` : `Twilio answered ${status}.`
  if (code === STOPPED) return new NotSent('refused', 'sms', 'Twilio: the reader has answered STOP.')
  // Our credentials or our account: no fault of this message, which waits until they are mended.
  if (status === 401 || status === 403 || status === 404) return new NotSent('away', 'sms', said)
  if (status === 429) return new NotSent('put-off', 'sms', said)
  if (status >= 500) return new NotSent('unknown', 'sms', said)
  return new NotSent('refused', 'sms', said)
}

/** Nothing of the request can have arrived. */
function isUnreachable(error: unknown): boolean {
  const { code } = (error as { cause?: { code?: string } }).cause ?? {}
  return code !== undefined && ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code)
}
