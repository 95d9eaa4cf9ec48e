import { randomUUID } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SECRETS } from './fixture.ts'
import { openShop, type Shop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.stop())

const signer = new Webhook(SECRETS.simulatedWebhookSecret)
const about = (paymentId: string) => JSON.stringify({ type: 'payment.succeeded', data: { reference: paymentId } })

interface Forgery {
  id?: string
  at?: Date
  signer?: Webhook
  signature?: string
  send?: string
}

async function post(body: string, { id = `msg_${randomUUID()}`, at = new Date(), ...more }: Forgery = {}) {
  const signature = more.signature ?? (more.signer ?? signer).sign(id, at, body)
  return shop.tickets.app.inject({
    method: 'POST',
    url: '/v1/payment-webhooks/simulated',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': signature,
    },
    payload: more.send ?? body,
  })
}

/** A payment that was made, of which the provider's own webhook was lost. */
async function paidInSilence() {
  await shop.payments.control({ webhooks: 'drop' })
  const order = await shop.hold()
  const started = (await shop.startPayment(order)).json()
  await shop.payments.act(started.redirectUrl, 'pay')
  return { order, paymentId: started.id as string }
}

const seen = async () =>
  (await shop.tickets.context.db.selectFrom('payment_event').select('webhook_id').execute()).map(
    (row) => row.webhook_id,
  )

describe('S-47: a webhook', () => {
  it('that is forged changes nothing and is not even stored', async () => {
    const { order, paymentId } = await paidInSilence()
    const body = about(paymentId)
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000)
    const other = new Webhook(`whsec_${Buffer.from('another secret of thirty-two byte').toString('base64')}`)
    const before = await seen()
    for (const [name, forgery] of Object.entries<Forgery>({
      'no signature': { signature: '' },
      'a signature of nothing': { signature: 'v1,' },
      'an unknown version': { signature: signer.sign('msg_1', new Date(), body).replace('v1,', 'v9,'), id: 'msg_1' },
      'the secret of another': { signer: other },
      'a body written anew': { send: body.replace('{"type"', '{ "type"') },
      'the signature of another webhook': { signature: signer.sign('msg_other', new Date(), body) },
      '301 s old': { at: ago(301) },
      'from the future': { at: ago(-360) },
      'no id': { id: '' },
    })) {
      const answer = await post(body, forgery)
      expect([answer.statusCode, answer.json().code], name).toEqual([401, 'webhook-refused'])
    }
    expect((await post('x'.repeat(300_000))).statusCode).toBe(413)
    expect(await seen()).toEqual(before)
    expect((await shop.read(order)).state).toBe('held')
    expect((await post(body)).statusCode).toBe(204)
    expect((await shop.read(order)).state).toBe('confirmed')
  })

  it('that is true but claims a payment that was not made confirms nothing', async () => {
    const order = await shop.hold()
    const { id } = (await shop.startPayment(order)).json()
    expect((await post(about(id))).statusCode).toBe(204)
    expect((await shop.read(order)).state).toBe('held')
  })

  it('about a payment that is not ours is accepted, so that it is not repeated for days, and ignored', async () => {
    for (const body of [about('pay_00000000000000000000000000'), about('nonsense'), '{}', 'null', '[1]']) {
      expect((await post(body)).statusCode, body).toBe(204)
    }
  })

  it('that comes ten times at once has one effect', async () => {
    const { order, paymentId } = await paidInSilence()
    const id = `msg_${randomUUID()}`
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(about(paymentId), { id })))
    expect(answers.map((answer) => answer.statusCode)).toEqual(Array(10).fill(204))
    const confirmed = await shop.read(order)
    expect(confirmed.tickets).toHaveLength(1)
    expect((await seen()).filter((one) => one === id)).toHaveLength(1)
    expect(await shop.violations()).toEqual([])
  })

  it('that comes again under other ids, days late, or after the refund, has none', async () => {
    const { order, paymentId } = await paidInSilence()
    await Promise.all(Array.from({ length: 5 }, () => post(about(paymentId))))
    const number = (await shop.read(order)).number
    expect((await shop.refund(order)).json().state).toBe('succeeded')
    await post(about(paymentId))
    expect(await shop.read(order)).toMatchObject({ state: 'refunded', number })
  })

  it('is answered 503 while the provider cannot be asked, so that it comes again', async () => {
    const { order, paymentId } = await paidInSilence()
    await shop.payments.kill()
    const id = `msg_${randomUUID()}`
    expect((await post(about(paymentId), { id })).statusCode).toBe(503)
    await shop.payments.restart()
    expect(await seen()).not.toContain(id)
    expect((await post(about(paymentId), { id })).statusCode).toBe(204)
    expect((await shop.read(order)).state).toBe('confirmed')
    // Remembered with its effect, so that the effect is never had without it.
    expect(await seen()).toContain(id)
  })
})

it('leaves books that close, with the provider’s own beside them', async () => {
  expect(await shop.violations()).toEqual([])
})
