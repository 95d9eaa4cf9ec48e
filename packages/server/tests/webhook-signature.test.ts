import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { newWebhookSecret, signWebhook } from '../src/webhook-signature.ts'

const BODY = JSON.stringify({ type: 'order.confirmed', timestamp: '2027-01-01T00:00:00.000Z', data: { name: 'Zoë' } })
const sign = (...secrets: string[]) => ({ ...signWebhook('msg_1', new Date(), BODY, secrets) })

describe('a signed webhook', () => {
  it('is taken by the reference library with either of two secrets, and with no other', () => {
    const [present, last, other] = [newWebhookSecret(), newWebhookSecret(), newWebhookSecret()]
    const headers = sign(present, last)
    for (const secret of [present, last]) expect(new Webhook(secret).verify(BODY, headers)).toEqual(JSON.parse(BODY))
    expect(() => new Webhook(other).verify(BODY, headers)).toThrow()
  })

  it('is refused once its body, its id or its time is another', () => {
    const secret = newWebhookSecret()
    const headers = sign(secret)
    const verify = (body: string, changed: object) => () => new Webhook(secret).verify(body, { ...headers, ...changed })
    expect(verify(`${BODY} `, {})).toThrow()
    expect(verify(BODY, { 'webhook-id': 'msg_2' })).toThrow()
    expect(verify(BODY, { 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 60) })).toThrow()
  })
})
