import { hasPart, startRabbitmq } from '@guichet/testkit'
import { Connection } from 'rabbitmq-client'
import { describe } from 'vitest'
import { busContract } from './bus-contract.ts'
import type { Broker } from './fixture.ts'

describe.skipIf(!hasPart('rabbitmq'))('the bus on RabbitMQ', () => busContract(rabbitmqBroker))

async function rabbitmqBroker(): Promise<Broker> {
  const node = await startRabbitmq()
  return {
    url: node.url,
    crash: node.kill9,
    start: node.start,
    async poison(queue) {
      const connection = new Connection(node.url)
      const publisher = connection.createPublisher({ confirm: true })
      await publisher.send({ routingKey: queue, contentType: 'application/json' }, Buffer.from('{"half": '))
      await publisher.close()
      await connection.close()
    },
    remove: node.remove,
  }
}
