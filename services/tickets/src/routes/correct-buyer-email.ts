import { createHash } from 'node:crypto'
import { inTransaction, sql } from '@guichet/database'
import { addToOutbox } from '@guichet/messaging'
import { DomainError } from '@guichet/problem'
import { type App, createRateLimits, toId } from '@guichet/server'
import { type Static, Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS, type OrderRow, type TicketsDb, type TicketsTx } from '../db.ts'
import { allowedOrder } from '../orders/order-access.ts'
import { OrderAnswer, OrderHeaders, OrderParams } from '../orders/order-schema.ts'
import { presentOrder } from '../orders/present-order.ts'

const Body = Type.Object({ email: Type.String({ format: 'email', maxLength: 254 }) })

/** By the buyer. Who mistypes it more often is better helped by a person. */
const CHANGES_MAX = 3

const Headers = Type.Object({
  ...OrderHeaders.properties,
  'idempotency-key': Type.Optional(
    Type.String({ maxLength: 200, description: 'With it, the same can be asked again with the key that it made old.' }),
  ),
})

/**
 * PUT /v1/orders/:orderId/buyer-email: corrects a mistyped address of a confirmed order; the tickets go there. For its buyer,
 * three times, and for members who help them. The limit for each person stays with the address that bought. Whoever got the
 * mails before holds nothing any more: the order has another key, which a buyer gets with the answer, and its tickets other codes.
 */
export function correctBuyerEmail(app: App, ctx: Context): void {
  const limits = createRateLimits({ 'buyer-email': { points: 10, duration: 3_600 } })
  app.put(
    '/v1/orders/:orderId/buyer-email',
    {
      schema: {
        operationId: 'correctBuyerEmail',
        params: OrderParams,
        headers: Headers,
        body: Body,
        response: { 200: OrderAnswer },
      },
    },
    async (request, reply) => {
      const { email } = request.body
      const digest = digestOf(request.headers, email)
      const { order, sight, member } = await allowedOrder(ctx, request, {
        permission: 'order.correct',
        acceptsOldKey: (found, version) => isRepeated(ctx.db, found, { version, email, digest }),
      })
      if (!member) await limits.take(reply, 'buyer-email', order.id)
      const by = member && request.principal.kind === 'user' ? request.principal.userId : 'buyer'
      return inTransaction(ctx.db, async (tx) => {
        const changed = await correct(ctx, tx, order, {
          email,
          by,
          digest,
          byKey: !member && 'order-secret' in request.headers,
        })
        return presentOrder(ctx, tx, changed, member ? sight : { secret: true, codes: true })
      })
    },
  )
}

/** Only who sent the request knows what it is made of; no key is stored. */
function digestOf(headers: Static<typeof Headers>, email: string): Buffer | null {
  const parts = [headers['idempotency-key'], headers['order-secret'], email]
  return parts.every(Boolean) ? createHash('sha256').update(JSON.stringify(parts)).digest() : null
}

interface Repetition {
  version: number
  email: string
  digest: Buffer | null
}

/** Whether this is the request that took back its own key, and whose answer was lost. */
async function isRepeated(
  db: TicketsDb | TicketsTx,
  order: OrderRow,
  { version, email, digest }: Repetition,
): Promise<boolean> {
  if (!digest || version !== order.secret_version - 1 || order.buyer_email !== email) return false
  const last = await db
    .selectFrom('order_recipient_change')
    .select('request_digest')
    .where('event_id', '=', order.event_id)
    .where('order_id', '=', order.id)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return last?.request_digest?.equals(digest) ?? false
}

async function correct(
  ctx: Context,
  tx: TicketsTx,
  seen: OrderRow,
  { email, by, digest, byKey }: { email: string; by: string; digest: Buffer | null; byKey: boolean },
): Promise<OrderRow> {
  const { event_id, id } = seen
  const order = await tx
    .selectFrom('orders')
    .select(COLUMNS.orders)
    .where('event_id', '=', event_id)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow()
  const { secret_version: version } = order
  // It was corrected while this waited, which came with a key that is no longer one.
  if (
    byKey &&
    version > seen.secret_version &&
    !(await isRepeated(tx, order, { version: version - 1, email, digest }))
  ) {
    throw new DomainError('not-found')
  }
  if (order.state !== 'confirmed' || order.buyer_email === null) throw new DomainError('order-not-confirmed')
  // Repeating it changes nothing, and sends nothing.
  if (order.buyer_email === email) return order
  const { count } = await tx
    .selectFrom('order_recipient_change')
    .select((with_) => with_.fn.countAll<string>().as('count'))
    .where('event_id', '=', event_id)
    .where('order_id', '=', id)
    .executeTakeFirstOrThrow()
  const number = Number(count) + 1
  if (by === 'buyer' && number > CHANGES_MAX) throw new DomainError('email-corrected-often', { max: CHANGES_MAX })
  await tx
    .insertInto('order_recipient_change')
    .values({ event_id, order_id: id, number, changed_at: await ctx.time(tx), changed_by: by, request_digest: digest })
    .execute()
  const changed = await tx
    .updateTable('orders')
    .set({ buyer_email: email, version: sql<number>`version + 1`, secret_version: version + 1 })
    .where('event_id', '=', event_id)
    .where('id', '=', id)
    .returning(COLUMNS.orders)
    .executeTakeFirstOrThrow()
  // Those passed on are with somebody who never had the mails to the address of before.
  await tx
    .updateTable('ticket')
    .set({ code_version: sql<number>`code_version + 1` })
    .where('event_id', '=', event_id)
    .where('order_id', '=', id)
    .where('state', '=', 'valid')
    .where('transferred_at', 'is', null)
    .execute()
  const orderId = toId('ord', id)
  const data = { orderId, eventId: toId('evt', event_id), organizerId: toId('org', order.organizer_id), number }
  await addToOutbox(tx, { type: 'tickets.order-recipient-changed.v1', subject: orderId, data })
  return changed
}
