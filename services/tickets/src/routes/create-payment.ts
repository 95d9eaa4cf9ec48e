import { DomainError } from '@guichet/problem'
import { type App, idempotently, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS, type OrderRow, type PaymentRow } from '../db.ts'
import { findOrder, lockLiveHold } from '../orders/find-order.ts'
import { allowedOrder } from '../orders/order-access.ts'
import { OrderHeaders, OrderParams, PaymentAnswer } from '../orders/order-schema.ts'
import { presentPayment } from '../orders/present-order.ts'
import { transferSettings } from '../orders/transfer-instructions.ts'
import { assertOffered, offeredBy } from '../payment-accounts/offered.ts'
import { checkPayment, closePayment, pendingPayment } from '../payments/check-payment.ts'
import { openPayment } from '../payments/open-payment.ts'
import { FREE } from '../payments/payment.ts'
import { NOTHING_TO_PAY, startPayment, type Way } from '../payments/start-payment.ts'

const Body = Type.Object({
  provider: Type.Union([
    Type.Literal('simulated'),
    Type.Literal('stripe'),
    Type.Literal('paypal'),
    Type.Literal('bank-transfer'),
    Type.Literal(FREE),
  ]),
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
      await endEarlierAttempt(ctx, order, request.body.provider)
      const way = await chosenWay(ctx, order, request.body.provider)
      const scope = `${toId('ord', order.id)}:createPayment`
      const { body } = await idempotently(ctx.db, request, reply, scope, async (tx) => {
        const locked = await lockLiveHold(tx, order, () => ctx.time(tx))
        const { holdSeconds } = ctx.config
        const terms = { way, returnUrl: request.body.returnUrl, holdSeconds }
        const payment = await startPayment(tx, locked, terms, await ctx.time(tx))
        return { status: 201, body: { id: toId('pay', payment.id) } }
      })
      let payment = await findPayment(ctx, order.event_id, toUuid('pay', body.id))
      if (payment.provider !== FREE) payment = await openPayment(ctx, payment)
      else if (payment.state === 'pending') {
        await checkPayment(ctx, payment)
        payment = await findPayment(ctx, order.event_id, payment.id)
      }
      const transfers = await transferSettings(ctx.db, [payment])
      const present = transfers.size > 0 ? ((await findOrder(ctx.db, order.id)) ?? order) : order
      const answer = presentPayment(payment, present, transfers)
      if (!answer) throw new DomainError('not-found')
      return reply.code(201).send(answer)
    },
  )
}

/** The buyer may come back from a page where they declined or gave up, or choose another way: that attempt is over. */
async function endEarlierAttempt(ctx: Context, order: OrderRow, provider: string): Promise<void> {
  const pending = order.state === 'held' ? await pendingPayment(ctx, order) : undefined
  if (!pending) return
  if (pending.provider === provider) await checkPayment(ctx, pending)
  else await closePayment(ctx, pending)
}

async function chosenWay(ctx: Context, order: OrderRow, provider: string): Promise<Way> {
  if (provider === FREE) return NOTHING_TO_PAY
  const accounts = await ctx.sellingAccounts.of(ctx.db, order.organizer_id)
  const simulated = ctx.providers.simulated !== undefined
  // Only what is due later needs to know when.
  const when = accounts.some((account) => account.provider === 'bank-transfer') ? await dates(ctx, order) : undefined
  const sum = { amountMinor: order.total_minor, currency: order.currency }
  return assertOffered(offeredBy(accounts, simulated, when, sum), provider)
}

async function dates(ctx: Context, order: OrderRow): Promise<{ now: Date; startsAt: Date }> {
  const event = await ctx.db
    .selectFrom('event')
    .select('starts_at')
    .where('event_id', '=', order.event_id)
    .executeTakeFirstOrThrow()
  return { now: await ctx.time(ctx.db), startsAt: event.starts_at }
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
