import { randomBytes } from 'node:crypto'
import { PUBLIC_EXCHANGE } from './rabbitmq-stream.ts'

/** Someone's own credentials at the broker. */
export interface StreamAccess {
  user: string
  password: string
  /** What the names of their queues must begin with. */
  prefix: string
  /** Arguments of `rabbitmqctl`, one call each. Repeating them changes nothing but the password. */
  commands: string[][]
}

const POLICY = 'guichet-public'
/** All that organizers leave lying about may not fill the broker's disk: it would stop the sale's messages. */
const BOUNDS = { 'max-length-bytes': 100 * 1024 * 1024, expires: 14 * 24 * 3_600_000, 'delivery-limit': 20 }
const LIMITS = { 'max-connections': 10, 'max-channels': 50 }

/**
 * What lets an organizer bind queues of its own to its own public events, and nothing else: names that begin with its id, keys
 * that begin with its id, no publishing anywhere, bounded queues.
 */
export function streamAccess(organizerId: string, vhost = '/'): StreamAccess {
  if (!/^org_[0-9a-z]{26}$/.test(organizerId)) throw new Error(`"${organizerId}" is no organizer's id`)
  const user = `stream-${organizerId}`
  const password = randomBytes(24).toString('base64url')
  const own = `${organizerId}\\..+`
  const publicExchange = PUBLIC_EXCHANGE.exchange.replaceAll('.', '\\.')
  return {
    user,
    password,
    prefix: `${organizerId}.`,
    commands: [
      ['add_user', user, password],
      ['set_user_limits', user, JSON.stringify(LIMITS)],
      ['set_permissions', '-p', vhost, user, `^${own}$`, `^${own}$`, `^(${own}|${publicExchange})$`],
      ['set_topic_permissions', '-p', vhost, user, PUBLIC_EXCHANGE.exchange, '^$', `^${organizerId}\\.`],
      ['set_policy', '-p', vhost, '--apply-to', 'queues', POLICY, '^org_[0-9a-z]{26}\\.', JSON.stringify(BOUNDS)],
    ],
  }
}
