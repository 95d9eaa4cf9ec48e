import { connectPublicStream, type PublicStream } from '@guichet/messaging'
import { createLog, newUuid } from '@guichet/server'
import { eventually, hasPart, type Rabbitmq, startRabbitmq } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { streamOnce } from '../../src/jobs/stream-public-events.ts'
import { publicEventHandlers } from '../../src/webhooks/on-message.ts'
import { startWithWebhooks, type WebhookFixture } from './fixture.ts'

describe.skipIf(!hasPart('rabbitmq'))('the public exchange', () => {
  let rabbitmq: Rabbitmq
  let stream: PublicStream
  let fixture: WebhookFixture

  beforeAll(async () => {
    rabbitmq = await startRabbitmq()
    fixture = await startWithWebhooks({ started: false })
    stream = connectPublicStream(rabbitmq.url, { log: createLog('test', 'silent') })
    await eventually(() => stream.ready())
  })
  afterAll(async () => {
    await stream?.close()
    await fixture?.end()
    await rabbitmq?.remove()
  })

  const waiting = async () =>
    (await fixture.db.selectFrom('public_event').select('id').where('stream_due_at', 'is not', null).execute()).length

  async function confirmed(streamed: boolean): Promise<void> {
    const handle = publicEventHandlers(fixture.clock.now, streamed)['tickets.order-confirmed.v1']
    const id = newUuid()
    await fixture.db.transaction().execute(async (tx) =>
      handle?.(tx, {
        specversion: '1.0',
        id,
        source: 'tickets',
        type: 'tickets.order-confirmed.v1',
        subject: 'ord_01kanw8f7re8ksz8zkz3q2x4vc',
        time: fixture.clock.now().toISOString(),
        datacontenttype: 'application/json',
        data: {
          orderId: 'ord_01kanw8f7re8ksz8zkz3q2x4vc',
          eventId: 'evt_01kanw8f7re8ksz8zkz3q2x4vc',
          organizerId: fixture.organizerId,
        },
      }),
    )
  }

  it('gets what is due, once, also when nobody listens there; and nothing where there is no broker', async () => {
    await confirmed(false)
    expect(await waiting()).toBe(0)
    await confirmed(true)
    await confirmed(true)
    expect(await waiting()).toBe(2)
    expect(await streamOnce(fixture.context, stream)).toBe(2)
    expect(await waiting()).toBe(0)
    expect(await streamOnce(fixture.context, stream)).toBe(0)
  })

  it('gets it later when the broker was away, and nothing is lost meanwhile', async () => {
    await rabbitmq.stop()
    await confirmed(true)
    expect(await streamOnce(fixture.context, stream)).toBe(0)
    expect(await waiting()).toBe(1)
    await rabbitmq.start()
    await eventually(() => stream.ready())
    fixture.clock.advance(30)
    expect(await streamOnce(fixture.context, stream)).toBe(1)
    expect(await waiting()).toBe(0)
  })
})
