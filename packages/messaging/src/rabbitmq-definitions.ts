import { createHash } from 'node:crypto'
import { DEFAULT_BACKOFF_MS } from './bus.ts'
import {
  asideExchange,
  bindings,
  deadBinding,
  deadQueue,
  EXCHANGE,
  mainQueue,
  markerQueue,
  retryQueue,
  toMarker,
  toRetry,
} from './rabbitmq-topology.ts'

export interface BrokerUser {
  /** Also what the types that it publishes begin with, and the name of its own exchange: `tickets`. */
  name: string
  password: string
  /** The queues that it consumes, and what each of them wants. */
  queues: Record<string, readonly string[]>
  /** Other exchanges that it may declare and publish to. */
  exchanges?: readonly string[]
}

export interface BrokerOptions {
  vhost?: string
  users: readonly BrokerUser[]
  /** May do everything; for a person, not for a service. */
  administrator?: { name: string; password: string }
}

/**
 * What RabbitMQ's `load_definitions` takes: all exchanges, queues and bindings, so that they are there before anyone
 * connects, also on a broker that lost its disk; and a user per service, who can announce only facts of its own, listen
 * only to what it consumes, and touch only queues of its own.
 */
export function brokerDefinitions({ vhost = '/', users, administrator }: BrokerOptions): object {
  const topologies = users.map(topologyOf)
  const everything = { configure: '.*', write: '.*', read: '.*' }
  return {
    vhosts: [{ name: vhost }],
    users: [
      ...users.map(({ name, password }) => userOf(name, password, [])),
      ...(administrator ? [userOf(administrator.name, administrator.password, ['administrator'])] : []),
    ],
    permissions: [
      ...users.map((user) => ({ user: user.name, vhost, ...permissionsOf(user) })),
      ...(administrator ? [{ user: administrator.name, vhost, ...everything }] : []),
    ],
    topic_permissions: users.map((user) => ({
      user: user.name,
      vhost,
      exchange: EXCHANGE.exchange,
      write: `^${escapeRegex(user.name)}\\.`,
      read: oneOf([...new Set(Object.values(user.queues).flat())]),
    })),
    exchanges: [{ ...EXCHANGE }, ...topologies.flatMap(({ exchanges }) => exchanges)].map(({ exchange, type }) => ({
      name: exchange,
      vhost,
      type,
      durable: true,
      auto_delete: false,
      internal: false,
      arguments: {},
    })),
    queues: topologies.flatMap(({ queues }) =>
      queues.map((queue) => ({
        name: queue.queue,
        vhost,
        durable: true,
        auto_delete: false,
        arguments: queue.arguments,
      })),
    ),
    bindings: topologies.flatMap((topology) =>
      topology.bindings.map(({ exchange, queue, routingKey }) => ({
        source: exchange,
        vhost,
        destination: queue,
        destination_type: 'queue',
        routing_key: routingKey,
        arguments: {},
      })),
    ),
  }
}

function topologyOf({ name, queues }: BrokerUser) {
  const owners = [...new Set([name, ...Object.keys(queues)])]
  const marker = markerQueue(name)
  return {
    exchanges: owners.map(asideExchange),
    queues: [
      marker,
      ...Object.keys(queues).flatMap((queue) => [
        mainQueue(queue),
        deadQueue(queue),
        ...DEFAULT_BACKOFF_MS.map((delayMs) => retryQueue(queue, delayMs)),
      ]),
    ],
    bindings: [
      { queue: marker.queue, ...toMarker(name) },
      ...Object.entries(queues).flatMap(([queue, types]) => [
        ...bindings({ queue, types }),
        deadBinding(queue),
        ...DEFAULT_BACKOFF_MS.map((ms) => ({ queue: retryQueue(queue, ms).queue, ...toRetry(queue, ms) })),
      ]),
    ],
  }
}

/** Its own names (`tickets`, `tickets.dead`, `tickets.aside`), the exchange of facts, and nothing else. */
function permissionsOf({ name, queues, exchanges = [] }: BrokerUser) {
  const own = [...new Set([name, ...Object.keys(queues)])].map((owner) => `${escapeRegex(owner)}(\\..+)?`)
  const others = exchanges.map(escapeRegex)
  const facts = escapeRegex(EXCHANGE.exchange)
  return {
    configure: `^(${[...own, ...others].join('|')})$`,
    write: `^(${[...own, ...others, facts].join('|')})$`,
    read: `^(${[...own, facts].join('|')})$`,
  }
}

function userOf(name: string, password: string, tags: string[]) {
  // https://www.rabbitmq.com/docs/passwords#computing-password-hash
  // The same salt each time, so that the same passwords make the same file; they are random and need none.
  const salt = createHash('sha256').update(`${name}:${password}`).digest().subarray(0, 4)
  const digest = createHash('sha256').update(salt).update(password).digest()
  return {
    name,
    password_hash: Buffer.concat([salt, digest]).toString('base64'),
    hashing_algorithm: 'rabbit_password_hashing_sha256',
    tags,
    limits: {},
  }
}

const escapeRegex = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
const oneOf = (texts: readonly string[]) => (texts.length > 0 ? `^(${texts.map(escapeRegex).join('|')})$` : '^$')
