import type { Bus } from './bus.ts'
import type { Log } from './log.ts'

/**
 * Connects to the broker named by the scheme: `amqp://` or `amqps://` (several hosts separated by commas) is RabbitMQ,
 * `postgres://` the embedded bus. Does not wait for it: a service starts, and works, without its broker.
 */
export function connectBus(_url: string, _options: { log: Log }): Bus {
  throw new Error('not yet')
}
