import { DomainError } from '@guichet/problem'
import { authorize, hasPermission, parseId, toId } from '@guichet/server'
import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import type { OrderRow } from '../db.ts'
import { findOrder } from './find-order.ts'
import { BUYER, type Sight } from './present-order.ts'

interface Rule {
  /** The permission with which a member may do it too. */
  permission?: 'order.read' | 'order.cancel' | 'order.correct' | 'invoice.read'
  services?: readonly string[]
  /** Instead of the path's. */
  orderId?: string
  /** Whether a key that was taken back is still good for this. */
  acceptsOldKey?: (order: OrderRow, version: number) => Promise<boolean>
}

/**
 * The order that this request may touch: its guest by the secret, its buyer, and whom `rule` names. For everyone else it does
 * not exist. A secret is judged before the database is asked, so a guess learns nothing from the time it takes. A service that
 * names one means that one: it does not get what a key that was taken back no longer opens.
 */
export async function allowedOrder(
  ctx: Context,
  request: FastifyRequest,
  rule: Rule = {},
): Promise<{ order: OrderRow; sight: Sight; member: boolean }> {
  const { principal } = request
  const orderId = rule.orderId ?? (request.params as { orderId: string }).orderId
  const header = request.headers['order-secret']
  const version = typeof header === 'string' ? ctx.orderSecrets.versionOf(orderId, header) : undefined
  const uuid = parseId('ord', orderId)
  if (!uuid || (principal.kind === 'anonymous' && version === undefined)) throw new DomainError('not-found')
  const order = await findOrder(ctx.db, uuid)
  if (!order) throw new DomainError('not-found')
  const holdsSecret =
    version !== undefined && (version === order.secret_version || (await rule.acceptsOldKey?.(order, version)) === true)
  if (holdsSecret || isBuyer(request, order)) return { order, sight: BUYER, member: false }
  if (principal.kind === 'service' && header === undefined && rule.services?.includes(principal.name)) {
    return { order, sight: { secret: true, codes: true, holderKeys: true, members: true }, member: false }
  }
  if (!rule.permission || principal.kind === 'anonymous') throw new DomainError('not-found')
  const organizerId = toId('org', order.organizer_id)
  authorize(request, rule.permission, organizerId)
  const codes = hasPermission(request.server.access, principal, 'ticket.read', organizerId)
  return { order, sight: { secret: false, codes, members: true }, member: true }
}

function isBuyer({ principal }: FastifyRequest, order: OrderRow): boolean {
  return (
    principal.kind === 'user' &&
    order.buyer_user_id !== null &&
    parseId('usr', principal.userId) === order.buyer_user_id
  )
}
