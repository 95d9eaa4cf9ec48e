import type { Bus } from './bus.ts'
import { connectEmbedded } from './embedded.ts'
import { connectRabbitmq, type RabbitmqOptions } from './rabbitmq.ts'

/**
 * Connects to the broker named by the scheme: `amqp://` or `amqps://` (several hosts separated by commas) is RabbitMQ,
 * `postgres://` the embedded bus. Does not wait for it: a service starts, and works, without its broker.
 */
export function connectBus(url: string, options: RabbitmqOptions): Bus {
  if (/^amqps?:\/\//.test(url)) return connectRabbitmq(url, options)
  if (/^postgres(ql)?:\/\//.test(url)) return connectEmbedded(url, options)
  throw new Error('The bus URL must begin with amqp://, amqps:// or postgres://')
}
