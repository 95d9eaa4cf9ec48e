import { DomainError } from '@guichet/problem'
import { type App, idempotently, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS, type PaymentRow } from '../db.ts'
import { lockLiveHold } from '../orders/find-order.ts'
import { allowedOrder } from '../orders/order-access.ts'
import { OrderHeaders, OrderParams, PaymentAnswer } from '../orders/order-schema.ts'
import { presentPayment } from '../orders/present-order.ts'
import { checkPayment, pendingPayment } from '../payments/check-payment.ts'
import { openPayment } from '../payments/open-payment.ts'
import { FREE } from '../payments/payment.ts'
import { startPayment } from '../payments/start-payment.ts'

const Body = Type.Object({
  provider: Type.Union([Type.Literal('simulated'), Type.Literal('free')]),
  returnUrl: Type.String({
    maxLength: 2_000,
    description: 'Where the provider sends the buyer back: on our own origin.',
  }),
})

/**
 * POST /v1/orders/:orderId/payments — where to pay, or done for a free order. Row first, then the provider outside the
 * transaction: lost in between, the repetition with the same key goes on from the row.
 */
export function createPayment(app: App, ctx: Context): void {
  app.post(
    '/v1/orders/:orderId/payments',
    {
      schema: {
        operationId: 'createPayment',
        params: OrderParams,
        headers: OrderHeaders,
        body: Body,
        response: { 201: PaymentAnswer },
      },
    },
    async (request, reply) => {
      const { order } = await allowedOrder(ctx, request)
      assertOurs(ctx, request.body.returnUrl)
      // The buyer may come back from a page where they declined or gave up: that attempt is over, and this is a new one.
      const pending = await pendingPayment(ctx, order)
      if (pending) await checkPayment(ctx, pending)
      const scope = `${toId('ord', order.id)}:createPayment`
      const { body } = await idempotently(ctx.db, request, reply, scope, async (tx) => {
        const locked = await lockLiveHold(tx, order, () => ctx.time(tx))
        const payment = await startPayment(tx, locked, request.body, await ctx.time(tx))
        return { status: 201, body: { id: toId('pay', payment.id) } }
      })
      let payment = await findPayment(ctx, order.event_id, toUuid('pay', body.id))
      if (payment.provider === FREE && payment.state === 'pending') {
        await checkPayment(ctx, payment)
        payment = await findPayment(ctx, order.event_id, payment.id)
      }
      const answer = presentPayment(payment.provider === FREE ? payment : await openPayment(ctx, payment))
      if (!answer) throw new DomainError('not-found')
      return reply.code(201).send(answer)
    },
  )
}

async function findPayment(ctx: Context, eventUuid: string, paymentUuid: string): Promise<PaymentRow> {
  return ctx.db
    .selectFrom('payment')
    .select(COLUMNS.payment)
    .where('event_id', '=', eventUuid)
    .where('id', '=', paymentUuid)
    .executeTakeFirstOrThrow()
}

/** Else the payment page would send buyers wherever a link says (open redirect). */
function assertOurs(ctx: Context, returnUrl: string): void {
  if (URL.parse(returnUrl)?.origin === new URL(ctx.config.publicUrl).origin) return
  const detail = `must be an address on ${ctx.config.publicUrl}`
  throw new DomainError('request-invalid', {}, { errors: [{ pointer: '/returnUrl', detail }] })
}
