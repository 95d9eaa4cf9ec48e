import { NotSent } from '../deliveries/not-sent.ts'
import { type SmsProvider, senderName } from './provider.ts'

const ANSWER_MS_MAX = 10_000

/** An HTTP sink: `POST <url>/messages`, 201 when it is accepted, once per idempotency key. */
export function createHttpSms(url: string, sender: string): SmsProvider {
  const from = senderName(sender)
  return {
    name: 'sink',
    async send({ to, content: { text }, key }, signal) {
      const body = JSON.stringify({ to, from, text, idempotencyKey: key })
      const response = await fetch(`${url}/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS_MAX)]),
      }).catch((error: unknown) => {
        // It may have taken the message all the same; the key keeps the next try from being a second one.
        if (isTimeout(error)) throw new NotSent('put-off', 'sms', 'The SMS provider took too long.', error)
        throw new NotSent('away', 'sms', 'The SMS provider is away.', error)
      })
      const answer = (await response.json().catch(() => ({}))) as { id?: string; code?: string }
      if (response.ok) return answer.id ? { messageId: answer.id } : {}
      // The key was accepted before with other words (a title changed since): it has been sent.
      if (answer.code === 'idempotency-key-reused') return {}
      const lasting = response.status < 500 && response.status !== 429
      throw new NotSent(lasting ? 'refused' : 'put-off', 'sms', `The SMS provider answered ${response.status}.`)
    },
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError'
}
