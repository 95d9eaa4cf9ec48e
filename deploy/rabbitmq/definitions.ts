import { readFileSync } from 'node:fs'
import { type BrokerUser, brokerDefinitions } from '../../packages/messaging/src/rabbitmq-definitions.ts'

const SERVICES = ['accounts', 'events', 'tickets', 'notifications'] as const
export type Service = (typeof SERVICES)[number]

/** Queues that are not named like the service that consumes them. */
const OWNERS: Record<string, Service> = { webhooks: 'notifications' }
const EXCHANGES: Partial<Record<Service, string[]>> = { notifications: ['guichet.public'] }
const CONSUMERS = new URL('../../contracts/messages/consumers.json', import.meta.url)

/** Our services as users of the broker: who consumes what is read from the contracts. */
export function brokerUsers(passwords: Record<Service, string>): BrokerUser[] {
  const consumers: Record<string, string[]> = JSON.parse(readFileSync(CONSUMERS, 'utf8'))
  const queues = new Map<string, string[]>()
  for (const [type, names] of Object.entries(consumers)) {
    for (const queue of names) queues.set(queue, [...(queues.get(queue) ?? []), type])
  }
  return SERVICES.map((name) => ({
    name,
    password: passwords[name],
    queues: Object.fromEntries([...queues].filter(([queue]) => (OWNERS[queue] ?? queue) === name)),
    exchanges: EXCHANGES[name] ?? [],
  }))
}

/** Everything that a broker of Guichet has before anyone connects, as JSON for `load_definitions`. */
export function makeDefinitions(passwords: Record<Service, string>, administratorPassword: string): string {
  const users = brokerUsers(passwords)
  const administrator = { name: 'guichet', password: administratorPassword }
  return JSON.stringify(brokerDefinitions({ users, administrator }), null, 2)
}
