import { eventually, hasPart, type Rabbitmq, startRabbitmq } from '@guichet/testkit'
import { Connection } from 'rabbitmq-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { brokerUsers } from '../deploy/rabbitmq/definitions.ts'
import { connectBus, type Message } from '../packages/messaging/src/messaging.ts'
import { brokerDefinitions } from '../packages/messaging/src/rabbitmq-definitions.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const passwords = { accounts: 'a-secret', events: 'e-secret', tickets: 't-secret', notifications: 'n-secret' }

function fact(type: string): Message {
  return {
    specversion: '1.0',
    id: crypto.randomUUID(),
    source: 'test',
    type,
    subject: 'tst_1',
    time: '2026-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    data: {},
  }
}

describe.skipIf(!hasPart('rabbitmq'))('RabbitMQ with the definitions of our deployment', () => {
  const users = brokerUsers(passwords)
  const administrator = { name: 'operator', password: 'o-secret' }
  let node: Rabbitmq

  beforeAll(async () => {
    node = await startRabbitmq({ definitions: brokerDefinitions({ users, administrator }) })
  })
  afterAll(() => node?.remove())

  const urlOf = (name: keyof typeof passwords) => `amqp://${name}:${passwords[name]}@127.0.0.1:${node.port}`

  /** What the broker answers to one deed of a user. */
  async function attempt(name: keyof typeof passwords, deed: (connection: Connection) => Promise<unknown>) {
    const connection = new Connection(urlOf(name))
    try {
      await deed(connection)
      return 'done'
    } catch (error) {
      return (error as { code?: string }).code
    } finally {
      connection.unsafeDestroy()
    }
  }
  const publish = (exchange: string, routingKey: string) => async (connection: Connection) => {
    const publisher = connection.createPublisher({ confirm: true })
    await publisher.send({ exchange, routingKey }, Buffer.from('{}'))
  }

  it('has every queue and binding before anyone connects', async () => {
    const connection = new Connection(`amqp://operator:o-secret@127.0.0.1:${node.port}`)
    const publisher = connection.createPublisher({ confirm: true })
    const returned: unknown[] = []
    publisher.on('basic.return', (message) => returned.push(message.routingKey))
    for (const type of new Set(users.flatMap(({ queues }) => Object.values(queues).flat()))) {
      await publisher.send({ exchange: 'guichet', routingKey: type, mandatory: true }, Buffer.from('{}'))
    }
    await publisher.close()
    expect(returned).toEqual([])
    for (const queue of users.flatMap(({ queues }) => Object.keys(queues))) await connection.queuePurge({ queue })
    await connection.close()
  })

  it('lets each service do what it does: consume, try again, set aside, put back, announce', async () => {
    const operator = new Connection(`amqp://operator:o-secret@127.0.0.1:${node.port}`)
    for (const { name, queues } of users) {
      const bus = connectBus(urlOf(name as keyof typeof passwords), { log: silent })
      await eventually(() => bus.ready())
      await bus.memory.keep(name)
      expect(await bus.memory.holds(name), name).toBe(true)
      for (const [queue, types] of Object.entries(queues)) {
        const [type = ''] = types
        const attempts: string[] = []
        let mended = false
        const backoffMs = [1_000]
        await operator.queuePurge({ queue }) // what was announced for a queue before
        const consumer = bus.consume({ queue, types, backoffMs }, async (message) => {
          attempts.push(message.id)
          if (!mended) throw new Error('not yet')
        })
        await consumer.bound
        const publisher = connectBus(urlOf(type.split('.')[0] as keyof typeof passwords), { log: silent })
        await eventually(() => publisher.ready())
        const sent = fact(type)
        expect(await publisher.publish([sent]), `${type} to ${queue}`).toEqual(['published'])
        await eventually(async () => (await bus.deadLetters.count(queue)) === 1).catch((error: unknown) => {
          throw new Error(`${queue} has no dead letter after ${attempts.length} attempts`, { cause: error })
        })
        mended = true
        expect(await bus.deadLetters.replay(queue, 'all')).toBe(1)
        await eventually(() => attempts.filter((id) => id === sent.id).length === 3)
        await publisher.close()
      }
      await bus.close()
    }
    await operator.close()
  }, 600_000)

  it('is, after that, durable queues of the quorum kind, and no channel has a limit for all its consumers', async () => {
    const bus = connectBus(urlOf('tickets'), { log: silent })
    const { bound } = bus.consume({ queue: 'tickets', types: [] }, async () => {})
    await bound
    const columns = ['name', 'durable', 'auto_delete', 'exclusive', 'type', 'arguments']
    const queues = JSON.parse(await node.ctl('--formatter', 'json', 'list_queues', ...columns))
    expect(queues.length).toBeGreaterThan(20)
    for (const queue of queues) {
      const { name, durable, auto_delete } = queue
      const exclusive = Boolean(queue.exclusive)
      expect({ name, durable, auto_delete, exclusive }).toEqual({
        name,
        durable: true,
        auto_delete: false,
        exclusive: false,
      })
      expect(JSON.stringify(queue), name).toContain('quorum')
    }
    const channels = JSON.parse(
      await node.ctl(
        '--formatter',
        'json',
        'list_channels',
        'prefetch_count',
        'global_prefetch_count',
        'consumer_count',
      ),
    )
    expect(channels.length).toBeGreaterThan(0)
    for (const channel of channels) expect(channel.global_prefetch_count).toBe(0)
    expect(channels).toContainEqual(expect.objectContaining({ consumer_count: 1 }))
    await bus.close()
  })

  it('S-37: refuses facts that are forged with the credentials of another service', async () => {
    expect(await attempt('tickets', publish('guichet', 'tickets.order-confirmed.v1'))).toBe('done')
    for (const name of ['accounts', 'events', 'notifications'] as const) {
      expect(await attempt(name, publish('guichet', 'tickets.order-confirmed.v1')), name).toBe('ACCESS_REFUSED')
    }
    const bus = connectBus(urlOf('notifications'), { log: silent })
    await eventually(() => bus.ready())
    expect(await bus.publish([fact('tickets.order-confirmed.v1')])).toEqual(['failed'])
    await bus.close()
  })

  it('S-37: refuses every way around into the queue of another', async () => {
    const deeds: Record<string, (connection: Connection) => Promise<unknown>> = {
      'by the default exchange': publish('', 'tickets'),
      'by the exchange of its retries': publish('tickets.aside', 'again'),
      'by the exchange of its retries, later': publish('tickets.aside', 'retry.1000'),
      'by consuming it': async (connection) =>
        (await connection.acquire()).basicConsume({ queue: 'tickets' }, () => {}),
      'by looking into it': (connection) => connection.basicGet({ queue: 'tickets' }),
      'by purging it': (connection) => connection.queuePurge({ queue: 'tickets' }),
      'by deleting it': (connection) => connection.queueDelete({ queue: 'tickets' }),
      'by deleting the exchange': (connection) => connection.exchangeDelete({ exchange: 'guichet' }),
      'by letting dead letters fall into it': (connection) =>
        connection.queueDeclare({
          queue: 'notifications.trap',
          durable: true,
          arguments: { 'x-dead-letter-exchange': 'tickets.aside', 'x-dead-letter-routing-key': 'again' },
        }),
      'by listening to what is not for it': (connection) =>
        connection.queueBind({
          exchange: 'guichet',
          queue: 'notifications',
          routingKey: 'tickets.nothing-it-consumes.v1',
        }),
      'by listening to everything': (connection) =>
        connection.queueBind({ exchange: 'guichet', queue: 'notifications', routingKey: '#' }),
    }
    for (const [how, deed] of Object.entries(deeds)) {
      expect(await attempt('notifications', deed), how).toBe('ACCESS_REFUSED')
    }
  })
})
