import { eventually, hasPart, newOrganizerId, type Rabbitmq, startRabbitmq } from '@guichet/testkit'
import { Connection } from 'rabbitmq-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectPublicStream, PUBLIC_EXCHANGE, type PublicStream } from '../src/rabbitmq-stream.ts'
import { streamAccess } from '../src/stream-access.ts'
import { silent } from './fixture.ts'

const EXCHANGE = PUBLIC_EXCHANGE.exchange

describe.skipIf(!hasPart('rabbitmq'))('an organizer at the broker', () => {
  const [ours, theirs] = [streamAccess(newOrganizerId()), streamAccess(newOrganizerId())]
  const [OURS, THEIRS] = [ours.prefix.slice(0, -1), theirs.prefix.slice(0, -1)]
  let rabbitmq: Rabbitmq
  let stream: PublicStream
  let organizer: Connection

  beforeAll(async () => {
    rabbitmq = await startRabbitmq()
    stream = connectPublicStream(rabbitmq.url, { log: silent })
    await eventually(() => stream.ready())
    // Declares the exchange.
    expect(await stream.publish([{ id: 'msg_0', routingKey: `${OURS}.order.confirmed`, body: '{}' }])).toEqual([true])
    for (const command of ours.commands) await rabbitmq.ctl(...command)
    const url = new URL(rabbitmq.url)
    organizer = new Connection(`amqp://${ours.user}:${ours.password}@${url.host}`)
    organizer.on('error', () => undefined)
  })
  afterAll(async () => {
    await organizer?.close()
    await stream?.close()
    await rabbitmq?.remove()
  })

  /** What the broker says to one command, on a channel of its own: a refusal closes it. */
  async function attempt(command: (channel: Awaited<ReturnType<Connection['acquire']>>) => Promise<unknown>) {
    const channel = await organizer.acquire()
    try {
      await command(channel)
      return 'done'
    } catch (error) {
      return (error as { code?: string }).code
    } finally {
      await channel.close().catch(() => undefined)
    }
  }

  it('gets what happens to it, signed by nobody but of one hand: same id, same body as the webhook; and nothing of others', async () => {
    const got: { id: string | undefined; key: string; body: unknown }[] = []
    const consumer = organizer.createConsumer(
      {
        queue: `${OURS}.crm`,
        queueOptions: { durable: true, arguments: { 'x-queue-type': 'quorum' } },
        queueBindings: [{ exchange: EXCHANGE, routingKey: `${OURS}.#` }],
      },
      async (message) => {
        got.push({ id: message.messageId, key: message.routingKey, body: message.body })
      },
    )
    await new Promise<void>((resolve) => consumer.once('ready', () => resolve()))
    const messages = [
      { id: 'msg_1', routingKey: `${THEIRS}.order.confirmed`, body: '{"type":"theirs"}' },
      { id: 'msg_2', routingKey: `${OURS}.order.confirmed`, body: '{"type":"ours"}' },
      { id: 'msg_3', routingKey: `${OURS}.event.cancelled`, body: '{"type":"ours too"}' },
    ]
    expect(await stream.publish(messages)).toEqual([true, true, true])
    await eventually(() => got.length === 2)
    expect(got.sort((one, other) => (String(one.id) < String(other.id) ? -1 : 1))).toEqual([
      { id: 'msg_2', key: `${OURS}.order.confirmed`, body: { type: 'ours' } },
      { id: 'msg_3', key: `${OURS}.event.cancelled`, body: { type: 'ours too' } },
    ])
    await consumer.close()
  })

  it('is refused (403 ACCESS_REFUSED) what is not its own', async () => {
    const own = `${OURS}.crm`
    const bind = (routingKey: string) =>
      attempt((channel) => channel.queueBind({ queue: own, exchange: EXCHANGE, routingKey }))
    // The control: the same commands on what is its own are done.
    expect(await bind(`${OURS}.order.*`)).toBe('done')
    expect(await attempt((channel) => channel.queueDeclare({ queue: own, passive: true }))).toBe('done')

    for (const key of [`${THEIRS}.#`, '#', '*.order.confirmed', `${OURS}`])
      expect(await bind(key), key).toBe('ACCESS_REFUSED')
    const refused = {
      'binding to the facts of our services': (channel) =>
        channel.queueBind({ queue: own, exchange: 'guichet', routingKey: '#' }),
      'declaring a queue of a service': (channel) => channel.queueDeclare({ queue: 'tickets', durable: true }),
      'declaring a queue of another organizer': (channel) => channel.queueDeclare({ queue: `${THEIRS}.crm` }),
      'reading a queue of another organizer': (channel) => channel.basicGet({ queue: `${THEIRS}.crm` }),
      'publishing as if it were us': (channel) => publish(channel, EXCHANGE, `${OURS}.order.confirmed`),
      'writing into a queue of a service': (channel) => publish(channel, '', 'tickets'),
    } satisfies Record<string, Parameters<typeof attempt>[0]>
    for (const [what, command] of Object.entries(refused)) expect(await attempt(command), what).toBe('ACCESS_REFUSED')
  })

  it('cannot fill the disk: its queues are bounded, and forgotten when nobody reads them', async () => {
    const policies = await rabbitmq.ctl('list_queues', 'name', 'policy')
    expect(policies).toMatch(new RegExp(`${OURS}\\.crm\\s+guichet-public`))
  })
})

type Channel = Awaited<ReturnType<Connection['acquire']>>

/** A refusal of a publish comes later, as the end of the channel; a confirm would have come first. */
async function publish(channel: Channel, exchange: string, routingKey: string): Promise<void> {
  await channel.confirmSelect()
  await channel.basicPublish({ exchange, routingKey }, 'forged')
}
