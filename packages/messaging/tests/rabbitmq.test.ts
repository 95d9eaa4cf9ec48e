import { eventually, hasPart, type Rabbitmq, startRabbitmq } from '@guichet/testkit'
import { Connection } from 'rabbitmq-client'
import { describe, expect, it } from 'vitest'
import { connectBus } from '../src/messaging.ts'
import { busContract } from './bus-contract.ts'
import { aMessage, type Broker, silent, unique, uniqueType } from './fixture.ts'

describe.skipIf(!hasPart('rabbitmq'))('the bus on RabbitMQ', () => {
  let node: Rabbitmq

  busContract(async (): Promise<Broker> => {
    node = await startRabbitmq()
    return {
      url: node.url,
      settled: async (queue) => void (await eventually(() => node.hasOnDisk(queue))),
      crash: node.kill9,
      start: node.start,
      async poison(queue) {
        const connection = new Connection(node.url)
        const publisher = connection.createPublisher({ confirm: true })
        await publisher.send({ routingKey: queue, contentType: 'application/json' }, Buffer.from('{"half": '))
        await publisher.close()
        await connection.close()
      },
      async giveBack() {},
      remove: node.remove,
    }
  })

  it('declares everything again when its queue is deleted or the broker comes back without its disk', async () => {
    const bus = connectBus(node.url, { log: silent })
    const [queue, type] = [unique('queue'), uniqueType()]
    const received: string[] = []
    const consumer = bus.consume({ queue, types: [type] }, async ({ id }) => void received.push(id))
    await consumer.bound
    await eventually(() => bus.ready())
    const arrives = async () => {
      const sent = aMessage(type)
      await eventually(async () => (await bus.publish([sent]))[0] === 'published')
      await eventually(() => received.includes(sent.id))
    }
    const operator = new Connection(node.url)
    await operator.queueDelete(queue)
    await operator.close()
    await arrives()
    await node.kill9()
    await node.wipe()
    await node.start()
    await arrives()
    expect(await bus.deadLetters.list(queue)).toEqual([])
    await bus.close()
  })

  it('says what is to be done about a queue with the settings of an earlier release, and goes on once it is', async () => {
    const [queue, type] = [unique('queue'), uniqueType()]
    const operator = new Connection(node.url)
    const before = {
      'x-queue-type': 'quorum' as const,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': `${queue}.dead`,
    }
    await operator.queueDeclare({ queue, durable: true, arguments: before })
    const errors: string[] = []
    const bus = connectBus(node.url, { log: { ...silent, error: (_, text) => errors.push(text) } })
    const received: string[] = []
    const consumer = bus.consume({ queue, types: [type] }, async ({ id }) => void received.push(id))
    await eventually(() => errors.some((text) => text.includes('docs/runbooks/lost-messages.md')))
    await operator.queueDelete(queue)
    await operator.close()
    await consumer.bound
    const sent = aMessage(type)
    await eventually(async () => (await bus.publish([sent]))[0] === 'published')
    await eventually(() => received.includes(sent.id))
    await bus.close()
  })
})
